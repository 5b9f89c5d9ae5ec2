package dev.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cluster.identity.Authority;
import dev.holdfast.cluster.identity.BusTls;
import dev.holdfast.cluster.identity.Identity;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetServerOptions;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorityTest {
  private static final String SECRET = "a secret for tests alone, of more than 32 characters";
  private static final byte[] CONTENT = "content".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path temp;

  /** RFC 8032, 7.1, the first of its examples: all members have to compute the same key. */
  @Test
  void aKeyIsComputedAsTheStandardSays() throws GeneralSecurityException {
    var hex = HexFormat.of();
    byte[] seed = hex.parseHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    byte[] expected =
        hex.parseHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");

    KeyPair keys = Authority.keys(seed);

    byte[] encoded = keys.getPublic().getEncoded();
    assertArrayEquals(expected, Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
  }

  @Test
  void whoKnowsTheSecretComputesTheSameAuthority() throws GeneralSecurityException {
    byte[] one = Authority.of(SECRET).certificate().getEncoded();
    byte[] same = Authority.of(SECRET).certificate().getEncoded();
    byte[] other = Authority.of(SECRET + "!").certificate().getEncoded();

    assertArrayEquals(one, same);
    assertTrue(!Arrays.equals(one, other));
  }

  @Test
  void membersOfOneSecretTakeEachOthersWordAndNobodyElses() throws GeneralSecurityException {
    Identity ann = Identity.ofSecret(SECRET);
    Identity bob = Identity.ofSecret(SECRET);
    Identity eve = Identity.ofSecret("another secret, as long as the one of the others");

    ann.verify(bob.path(), CONTENT, bob.sign(CONTENT));
    assertNotEquals(ann.chain(), bob.chain());
    assertRefused(ann, eve, eve.sign(CONTENT));
    assertRefused(eve, ann, ann.sign(CONTENT));
    assertRefused(ann, bob, eve.sign(CONTENT));
    assertRefused(ann, bob, bob.sign("other".getBytes(StandardCharsets.US_ASCII)));
  }

  /** A certificate speaks for a member, not for further ones that this one would make. */
  @Test
  void aMemberIsNoAuthority() throws GeneralSecurityException {
    Identity ann = Identity.ofSecret(SECRET);
    Identity made = Authority.of("yet another secret, as long as the others are").issue("made");

    var underAnn = new Identity(made.key(), made.chain(), ann.chain().get(0));

    assertRefused(ann, underAnn, made.sign(CONTENT));
    assertEquals(-1, ann.chain().get(0).getBasicConstraints());
    assertTrue(ann.authority().getBasicConstraints() >= 0);
  }

  @Test
  void certificatesFromFilesSpeakForTheirOwners() throws Exception {
    Identity member =
        Identity.ofFiles(new BusTls(file("member.key"), file("member.crt"), file("member.crt")));

    member.verify(member.path(), CONTENT, member.sign(CONTENT));
    assertRefused(Identity.ofSecret(SECRET), member, member.sign(CONTENT));
  }

  @Test
  void aFolderHasOneSecretForItsOwnerAlone() throws IOException {
    Path folder = temp.resolve("data");

    String made = ClusterSecret.of(folder);

    Path file = folder.resolve(ClusterSecret.FILE);
    assertEquals(made, ClusterSecret.of(folder));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    var refused = assertThrows(IOException.class, () -> ClusterSecret.of(folder));
    assertTrue(refused.getMessage().contains("by others"), refused.getMessage());
  }

  /** They ran on an event loop, and held up all that it had to do. */
  @Test
  void handshakesLeaveTheEventLoopsAlone() throws Exception {
    var config = ClusterConfig.DEFAULTS.withSecret(SECRET);
    EventBusOptions given = new EventBusOptions(BusOptions.of(config, Identity.ofSecret(SECRET)));

    var taken = new NetServerOptions(given.toJson());

    assertTrue(taken.isSsl());
    assertTrue(taken.getSslEngineOptions().getUseWorkerThread());
    assertEquals(ClientAuth.REQUIRED, taken.getClientAuth());
  }

  private static void assertRefused(Identity judge, Identity other, byte[] signed) {
    assertThrows(GeneralSecurityException.class, () -> judge.verify(other.path(), CONTENT, signed));
  }

  private static Path file(String name) throws URISyntaxException {
    return Path.of(AuthorityTest.class.getResource("/tls/" + name).toURI());
  }
}
