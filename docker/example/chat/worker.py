"""python3 worker.py TOKEN AGENT [NODE ...]: works on an agent's runs by HTTP, one at a time. Start as many as you like."""
import json, signal, sys, threading, time
from collections import deque
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

TOKEN, AGENT, *NODES = sys.argv[1:]
NODES = NODES or ["http://127.0.0.1:8080"]
HEADERS = {"Authorization": "Bearer " + TOKEN, "Content-Type": "application/json"}

STOPPED = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: STOPPED.set())

class Refused(Exception): """For good: the run is over or somebody else's, the token has expired, an event is wrong."""

def answer(messages, heard):
    """Yields what the agent says, piece by piece. Yours asks a model here. What the user says meanwhile is in heard."""
    question = messages[-1]["content"]
    yield f"You said: {question}. I am a worker in Python, and count:"
    most = next((int(word) for word in question.split() if word.isdecimal()), 40)
    for number in range(1, most + 1):
        time.sleep(0.04)
        while heard: yield f" ({heard.popleft()['content']}: heard at {number})"
        yield f" {number}"

def post(path, **body):
    """Returns the answer of the first node that has one. What is sent again is stored once."""
    while True:
        try:
            request = Request(f"{NODES[0]}/v1/work/{AGENT}{path}", json.dumps(body).encode(), HEADERS)
            with urlopen(request, timeout=10) as response:
                return json.loads(response.read() or "null")
        except HTTPError as problem:
            if problem.code < 500 and problem.code != 429:
                raise Refused(problem.read().decode()) from None
        except (OSError, HTTPException):
            pass  # this node is gone, or does not answer
        NODES.append(NODES.pop(0))
        time.sleep(0.3)

def work(run, held, number, lease, messages):
    path, stop = f"/runs/{run['run']}", threading.Event()
    ids = {"threadId": run["threadId"], "runId": run["runId"]}
    heard, after, hearing = deque(), 0, threading.Lock()

    def hear(inbox):  # what is said to the run: each entry once, whichever answer brings it
        nonlocal after
        with hearing:
            for entry in inbox:
                if entry["n"] > after and "message" in entry: heard.append(entry["message"])
                after = max(after, entry["n"])

    def send(event):
        nonlocal number
        taken = post(path + "/events", **held, n=number, events=[event], after=after)
        number = taken["next"]
        hear(taken["inbox"])
        if taken["cancelled"]: stop.set()
        return not stop.is_set() and not STOPPED.is_set()

    def beat():  # renews the lease if the agent is silent, and is answered at once by a cancel, or by what is said
        try:
            while not stop.wait(0.2):
                kept = post(path + "/beat", **held, wait=min(lease // 3, 5000), after=after)
                hear(kept["inbox"])
                if kept["cancelled"]: break
        except Refused: pass
        stop.set()

    threading.Thread(target=beat, daemon=True).start()
    try:
        goes_on, end = send({"type": "RUN_STARTED", **ids}), {"type": "RUN_FINISHED", **ids}
        for text in answer(messages, heard):
            text = {"type": "TEXT_MESSAGE_CHUNK", "messageId": run["run"], "role": "assistant", "delta": text}
            if not goes_on: break
            goes_on = send(text)
        else:
            goes_on = True  # all is said
        if stop.is_set():
            end = {**end, "outcome": {"type": "cancelled"}}
        elif not goes_on:
            end = {"type": "RUN_ERROR", "message": "The worker has stopped.", "code": "worker_lost"}
        send(end)
    except Refused:
        raise
    except Exception as problem:
        send({"type": "RUN_ERROR", "message": f"The agent failed: {problem}"})
    finally:
        stop.set()

while not STOPPED.is_set():
    if claimed := post("/claim", worker="python", wait=5000):
        run, held = claimed["run"], {"generation": claimed["generation"]}
        if STOPPED.is_set():  # another worker gets it at once
            post(f"/runs/{run['run']}/release", **held)
            break
        print("works on", run["runId"], flush=True)
        try:
            work(run, held, claimed["next"], claimed["lease"], claimed["input"]["messages"])
        except Refused as problem:
            print("has lost it:", problem, flush=True)
