package dev.holdfast.embedded;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;

/** Another JVM that starts an embedded server and then only lives. */
final class ServingJvm implements AutoCloseable {
  private final Process jvm;
  private final long redisPid;

  private ServingJvm(Process jvm, long redisPid) {
    this.jvm = jvm;
    this.redisPid = redisPid;
  }

  static ServingJvm start(Path dataDir) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath = System.getProperty("java.class.path");
    Process jvm =
        new ProcessBuilder(java, "-cp", classPath, ServingJvm.class.getName(), dataDir.toString())
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.INHERIT)
            .start();
    Path pidFile = dataDir.resolve("redis.pid");
    await().until(() -> Files.exists(pidFile) && Files.readString(pidFile).endsWith("\n"));
    return new ServingJvm(jvm, Long.parseLong(Files.readString(pidFile).strip()));
  }

  long redisPid() {
    return redisPid;
  }

  long pid() {
    return jvm.pid();
  }

  void kill() {
    jvm.destroyForcibly();
  }

  @Override
  public void close() {
    kill();
  }

  public static void main(String[] args) throws InterruptedException {
    EmbeddedRedis.start(EmbeddedRedisConfig.in(Path.of(args[0])));
    Thread.currentThread().join();
  }
}
