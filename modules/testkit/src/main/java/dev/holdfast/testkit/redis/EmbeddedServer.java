package dev.holdfast.testkit.redis;

import dev.holdfast.embedded.EmbeddedRedis;
import dev.holdfast.embedded.EmbeddedRedisConfig;
import dev.holdfast.embedded.FreePorts;
import dev.holdfast.embedded.processes.Signals;
import dev.holdfast.testkit.machine.Folders;
import java.nio.file.Path;

/**
 * A process of this machine, with its data in a temporary folder. It is open to all of the machine:
 * tests fill it, look into it and change its settings.
 */
public final class EmbeddedServer implements RedisServer {
  private final EmbeddedRedisConfig config;
  private EmbeddedRedis process;

  public EmbeddedServer(EmbeddedRedisConfig.Fsync fsync) {
    Path folder = Folders.temporary("holdfast-redis");
    // One that nobody else gets while the server is killed.
    int port = FreePorts.take();
    config = EmbeddedRedisConfig.in(folder).withFsync(fsync).opened().withPort(port);
    process = EmbeddedRedis.start(config);
  }

  public Path dataDir() {
    return config.dataDir();
  }

  /** The program that runs. */
  public Path binary() {
    return process.binary();
  }

  public boolean isRunning() {
    return process.isAlive();
  }

  /** While it is killed: its data are gone. */
  public void empty() {
    Folders.delete(config.dataDir());
    if (!config.dataDir().toFile().mkdirs()) {
      throw new IllegalStateException(config.dataDir() + " can't be made");
    }
  }

  @Override
  public String uri() {
    return "redis://127.0.0.1:" + config.port();
  }

  @Override
  public String description() {
    return "embedded " + process.version() + " at " + uri();
  }

  @Override
  public void kill() {
    process.kill();
  }

  @Override
  public void start() {
    process = EmbeddedRedis.start(config);
  }

  @Override
  public void pause() {
    Signals.pause(process.pid());
  }

  @Override
  public void resume() {
    Signals.resume(process.pid());
  }

  @Override
  public void close() {
    process.kill();
    Folders.delete(config.dataDir());
  }
}
