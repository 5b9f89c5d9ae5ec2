package dev.holdfast.gateway;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;

/** A certificate that nobody has signed but itself, made by the JDK's own tool. */
record TestIdentity(X509Certificate certificate, PrivateKey key) {
  private static final char[] PASSWORD = "changeit".toCharArray();

  static TestIdentity make(Path folder, String name, String algorithm) {
    Path store = folder.resolve(name + ".p12");
    Path tool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    List<String> command =
        List.of(
            tool.toString(),
            "-genkeypair",
            "-alias",
            "own",
            "-dname",
            "CN=" + name,
            "-keyalg",
            algorithm,
            "-validity",
            "2",
            "-storetype",
            "PKCS12",
            "-storepass",
            new String(PASSWORD),
            "-keystore",
            store.toString());
    try {
      Process process = new ProcessBuilder(command).inheritIO().start();
      if (process.waitFor() != 0) {
        throw new IllegalStateException("keytool: " + process.exitValue());
      }
      KeyStore opened = KeyStore.getInstance(store.toFile(), PASSWORD);
      return new TestIdentity(
          (X509Certificate) opened.getCertificate("own"),
          (PrivateKey) opened.getKey("own", PASSWORD));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  void writeCertificate(Path file) throws Exception {
    write(file, "CERTIFICATE", certificate.getEncoded());
  }

  void writeKey(Path file) throws IOException {
    write(file, "PRIVATE KEY", key.getEncoded());
  }

  private static void write(Path file, String what, byte[] content) throws IOException {
    String body =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(content);
    Files.writeString(
        file, "-----BEGIN " + what + "-----\n" + body + "\n-----END " + what + "-----\n");
  }
}
