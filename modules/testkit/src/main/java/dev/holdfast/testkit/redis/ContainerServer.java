package dev.holdfast.testkit.redis;

import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import dev.holdfast.embedded.EmbeddedRedisConfig;
import dev.holdfast.embedded.FreePorts;
import dev.holdfast.testkit.machine.Waits;
import java.util.Locale;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** A container of the pinned image, at a port that stays the same over kill and start. */
public final class ContainerServer implements RedisServer {
  static final String IMAGE = "redis:7.4-alpine";
  private static final int REDIS_PORT = 6379;

  private final int port = FreePorts.take();
  private final GenericContainer<?> container;

  public ContainerServer(EmbeddedRedisConfig.Fsync fsync) {
    container =
        new GenericContainer<>(DockerImageName.parse(IMAGE))
            .withExposedPorts(REDIS_PORT)
            .withCreateContainerCmdModifier(create -> bind(create.getHostConfig()))
            .withCommand(
                "redis-server",
                "--appendonly",
                "yes",
                "--appendfsync",
                fsync.name().toLowerCase(Locale.ROOT),
                "--save",
                "",
                "--protected-mode",
                "no",
                "--maxmemory-policy",
                "noeviction")
            .waitingFor(Wait.forListeningPort());
    container.start();
    awaitAnswer();
  }

  /** Returns whether a Docker Engine answers. */
  public static boolean available() {
    return DockerClientFactory.instance().isDockerAvailable();
  }

  @Override
  public String uri() {
    return "redis://" + container.getHost() + ":" + port;
  }

  @Override
  public String description() {
    return "container " + IMAGE + " at " + uri();
  }

  @Override
  public void kill() {
    container.getDockerClient().killContainerCmd(container.getContainerId()).exec();
  }

  @Override
  public void start() {
    container.getDockerClient().startContainerCmd(container.getContainerId()).exec();
    awaitAnswer();
  }

  @Override
  public void pause() {
    container.getDockerClient().pauseContainerCmd(container.getContainerId()).exec();
  }

  @Override
  public void resume() {
    container.getDockerClient().unpauseContainerCmd(container.getContainerId()).exec();
  }

  @Override
  public void close() {
    container.stop();
  }

  private void bind(HostConfig host) {
    host.withPortBindings(
        new PortBinding(Ports.Binding.bindPort(port), ExposedPort.tcp(REDIS_PORT)));
  }

  private void awaitAnswer() {
    Waits.until(
        "Redis at " + uri() + " answers", () -> RedisPing.answers(container.getHost(), port));
  }
}
