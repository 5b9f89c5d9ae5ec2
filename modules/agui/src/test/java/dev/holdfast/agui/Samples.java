package dev.holdfast.agui;

import java.util.List;

/** Events of every type, with the members that each may have. */
public final class Samples {
  public static final List<String> ALL =
      List.of(
              "{'type':'TEXT_MESSAGE_START','messageId':'m','role':'user','name':'ann'}",
              "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m','delta':'hi','subagentRunId':'s'}",
              "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m','delta':'','metadata':{'a':1}}",
              "{'type':'TEXT_MESSAGE_END','messageId':'m','timestamp':1760000000000}",
              "{'type':'TEXT_MESSAGE_CHUNK','messageId':'m','role':'assistant','delta':'x'}",
              "{'type':'TEXT_MESSAGE_CHUNK'}",
              "{'type':'TOOL_CALL_START','toolCallId':'c','toolCallName':'n','parentMessageId':'m'}",
              "{'type':'TOOL_CALL_ARGS','toolCallId':'c','delta':'{'}",
              "{'type':'TOOL_CALL_END','toolCallId':'c','rawEvent':{'any':null}}",
              "{'type':'TOOL_CALL_CHUNK','toolCallId':'c','toolCallName':'n','delta':'{}'}",
              "{'type':'TOOL_CALL_RESULT','messageId':'m','toolCallId':'c','content':'ok','role':'tool'}",
              "{'type':'TOOL_CALL_RESULT','messageId':'m','toolCallId':'c','content':"
                  + "[{'type':'text','text':'ok'},{'type':'image','source':"
                  + "{'type':'url','value':'https://a.test/b.png'}}]}",
              "{'type':'REASONING_START','messageId':'s'}",
              "{'type':'REASONING_MESSAGE_START','messageId':'s','role':'reasoning'}",
              "{'type':'REASONING_MESSAGE_CONTENT','messageId':'s','delta':'hm'}",
              "{'type':'REASONING_MESSAGE_END','messageId':'s'}",
              "{'type':'REASONING_MESSAGE_CHUNK','messageId':'s','delta':'hm'}",
              "{'type':'REASONING_END','messageId':'s'}",
              "{'type':'REASONING_ENCRYPTED_VALUE','subtype':'tool-call','entityId':'c',"
                  + "'encryptedValue':'xyz'}",
              "{'type':'STATE_SNAPSHOT','snapshot':null}",
              "{'type':'STATE_SNAPSHOT','snapshot':{'a':[1,2.5,true,'x']}}",
              "{'type':'STATE_DELTA','delta':[{'op':'add','path':'/a','value':1}]}",
              "{'type':'MESSAGES_SNAPSHOT','messages':[]}",
              "{'type':'MESSAGES_SNAPSHOT','messages':["
                  + "{'id':'1','role':'user','content':'hi'},"
                  + "{'id':'2','role':'user','content':[{'type':'text','text':'hi'}]},"
                  + "{'id':'3','role':'assistant','content':'yes','toolCalls':[{'id':'c','type':"
                  + "'function','function':{'name':'n','arguments':'{}'}}]},"
                  + "{'id':'4','role':'tool','content':'ok','toolCallId':'c'},"
                  + "{'id':'5','role':'reasoning','content':'hm'},"
                  + "{'id':'6','role':'activity','activityType':'PLAN','content':{'a':1}},"
                  + "{'id':'7','role':'system','content':'be kind'},"
                  + "{'id':'8','role':'developer','content':'be brief'}]}",
              "{'type':'ACTIVITY_SNAPSHOT','messageId':'a','activityType':'PLAN','content':{},"
                  + "'replace':true}",
              "{'type':'ACTIVITY_DELTA','messageId':'a','activityType':'PLAN','patch':[]}",
              "{'type':'RUN_STARTED','threadId':'t','runId':'r','parentRunId':'p','input':"
                  + "{'threadId':'t','runId':'r','state':{},'messages':[],'tools':[],'context':[],"
                  + "'forwardedProps':{}}}",
              "{'type':'RUN_FINISHED','threadId':'t','runId':'r'}",
              "{'type':'RUN_FINISHED','threadId':'t','runId':'r','result':{'a':1},"
                  + "'outcome':{'type':'success'},"
                  + "'usage':[{'provider':'p','model':'m','inputTokens':1,'outputTokens':2}]}",
              "{'type':'RUN_FINISHED','threadId':'t','runId':'r','outcome':{'type':'cancelled'}}",
              "{'type':'RUN_FINISHED','threadId':'t','runId':'r','outcome':{'type':'interrupt',"
                  + "'interrupts':[{'id':'i','reason':'approval','toolCallId':'c'}]}}",
              "{'type':'RUN_ERROR','message':'broken','code':'agent_error'}",
              "{'type':'STEP_STARTED','stepName':'plan'}",
              "{'type':'STEP_FINISHED','stepName':'plan','subagentRunId':'s'}",
              "{'type':'SUBAGENT_STARTED','subagentRunId':'s','name':'scout','description':'looks',"
                  + "'parentSubagentRunId':'p','parentToolCallId':'c','parentMessageId':'m'}",
              "{'type':'SUBAGENT_FINISHED','subagentRunId':'s','result':1,"
                  + "'outcome':{'type':'suspended','interruptIds':['i']}}",
              "{'type':'SUBAGENT_ERROR','subagentRunId':'s','message':'lost','code':'x'}",
              "{'type':'RAW','event':{'x':1},'source':'elsewhere'}",
              "{'type':'CUSTOM','name':'holdfast.attempt','value':{'attempt':2}}")
          .stream()
          .map(json -> json.replace('\'', '"'))
          .toList();

  private Samples() {}
}
