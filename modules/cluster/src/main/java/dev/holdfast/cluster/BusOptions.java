package dev.holdfast.cluster;

import dev.holdfast.cluster.identity.BusTls;
import dev.holdfast.cluster.identity.Identity;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.PfxOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Options of the bus's own connections. Peers are pinged and given up soon, so that nothing hangs
 * on a lost one. With TLS both ends prove themselves before any frame is read.
 */
final class BusOptions {
  private static final int CONNECT_MS = 2_000;
  private static final long PING_MS = 5_000;
  private static final String STORE = "PKCS12";

  private BusOptions() {}

  /**
   * @param own made from the cluster's secret; null without a secret
   */
  static EventBusOptions of(ClusterConfig config, @Nullable Identity own)
      throws GeneralSecurityException, IOException {
    var bus =
        new EventBusOptions()
            .setHost(config.host())
            .setPort(config.messagePortToUse())
            .setClusterPublicHost(config.publicHost())
            .setClusterPingInterval(PING_MS)
            .setClusterPingReplyInterval(PING_MS)
            .setConnectTimeout(CONNECT_MS)
            .setTrustAll(false);
    if (config.tls() != null) {
      return encrypted(bus, config.tls());
    }
    return own == null ? bus : encrypted(bus, own);
  }

  private static EventBusOptions encrypted(EventBusOptions bus, BusTls tls) {
    return bus.setSsl(true)
        .setSslEngineOptions(new HandshakesApart())
        .setClientAuth(ClientAuth.REQUIRED)
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .addKeyPath(tls.key().toString())
                .addCertPath(tls.certificate().toString()))
        .setTrustOptions(new PemTrustOptions().addCertPath(tls.authority().toString()));
  }

  /** Adds TLS. Vert.x copies its options, so keys can only be given as stores. */
  private static EventBusOptions encrypted(EventBusOptions bus, Identity own)
      throws GeneralSecurityException, IOException {
    String password = UUID.randomUUID().toString();
    KeyStore keys = store();
    Certificate[] chain = own.chain().toArray(Certificate[]::new);
    keys.setKeyEntry("member", own.key(), password.toCharArray(), chain);
    KeyStore trusted = store();
    trusted.setCertificateEntry("authority", own.authority());
    bus.addEnabledCipherSuite("TLS_AES_128_GCM_SHA256");
    return bus.setSsl(true)
        .setSslEngineOptions(new HandshakesApart())
        .setClientAuth(ClientAuth.REQUIRED)
        .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
        .setKeyCertOptions(options(keys, password))
        .setTrustOptions(options(trusted, password));
  }

  private static KeyStore store() throws GeneralSecurityException, IOException {
    KeyStore empty = KeyStore.getInstance(STORE);
    empty.load(null, null);
    return empty;
  }

  private static PfxOptions options(KeyStore store, String password)
      throws GeneralSecurityException, IOException {
    var bytes = new ByteArrayOutputStream();
    store.store(bytes, password.toCharArray());
    return new PfxOptions().setValue(Buffer.buffer(bytes.toByteArray())).setPassword(password);
  }
}
