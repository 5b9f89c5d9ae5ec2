package dev.holdfast.app.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.Volume;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.output.Slf4jLogConsumer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * A node as it is to be run: nobody's user, no rights, nothing to write to but its volume. It meets
 * its clients on one network; Redis and the others are on another, which it can be cut from.
 */
final class NodeContainer extends GenericContainer<NodeContainer> {
  private static final int PORT = 8080;
  private static final int MANAGEMENT = 8081;
  private static final long MEMORY = 512L << 20;

  private final Network inner;

  NodeContainer(String id, Network inner, Path key) {
    super(DockerImageName.parse(Docker.image()));
    this.inner = inner;
    withExposedPorts(PORT, MANAGEMENT);
    withEnv("HOLDFAST_NODE", id);
    withEnv("HOLDFAST_CLUSTER_HOST", "bus");
    withEnv("HOLDFAST_CLUSTER_MEMBERS", "bus:5701");
    withEnv("HOLDFAST_CLUSTER_SECRET", "a secret for the members of tests alone");
    withEnv("HOLDFAST_LEASE_LEASE", "4s");
    withEnv("HOLDFAST_LEASE_RENEWAL", "1s");
    withEnv("HOLDFAST_GATEWAY_HEARTBEAT", "2s");
    withEnv("HOLDFAST_GATEWAY_PUBLISH_RATE", "10000");
    withCreateContainerCmdModifier(create -> confine(create, key));
    withLogConsumer(
        new Slf4jLogConsumer(org.slf4j.LoggerFactory.getLogger("dev.holdfast.container"))
            .withPrefix(id));
    waitingFor(
        Wait.forHttp("/health/ready").forPort(PORT).withStartupTimeout(Duration.ofMinutes(2)));
  }

  URI url() {
    return URI.create("ws://" + getHost() + ":" + getMappedPort(PORT) + "/v1/connect");
  }

  /** Where a client would connect to this node, ready or not. */
  URI http(String path) {
    return URI.create("http://" + getHost() + ":" + getMappedPort(PORT) + path);
  }

  /** Where an operator would. */
  URI operators(String path) {
    return URI.create("http://" + getHost() + ":" + getMappedPort(MANAGEMENT) + path);
  }

  /** SIGKILL; it stays where it is, dead. */
  void kill() {
    getDockerClient().killContainerCmd(getContainerId()).exec();
  }

  /** SIGTERM, and waits for its end, half a minute at most. */
  void end() {
    getDockerClient().stopContainerCmd(getContainerId()).withTimeout(30).exec();
  }

  /** Takes Redis and the other nodes away from it; its clients reach it still. */
  void cut() {
    getDockerClient()
        .disconnectFromNetworkCmd()
        .withNetworkId(inner.getId())
        .withContainerId(getContainerId())
        .withForce(true)
        .exec();
  }

  void heal() {
    join(getContainerId());
  }

  /** Between its creation and its start. */
  @Override
  protected void containerIsCreated(String containerId) {
    join(containerId);
  }

  private void join(String containerId) {
    getDockerClient()
        .connectToNetworkCmd()
        .withNetworkId(inner.getId())
        .withContainerId(containerId)
        .withContainerNetwork(new ContainerNetwork().withAliases("bus"))
        .exec();
  }

  private static void confine(CreateContainerCmd create, Path key) {
    create
        .getHostConfig()
        .withBinds(new Bind(key.toString(), new Volume("/run/secrets/token_key"), AccessMode.ro))
        .withReadonlyRootfs(true)
        .withCapDrop(Capability.ALL)
        .withMemory(MEMORY)
        .withMemorySwap(MEMORY);
  }
}
