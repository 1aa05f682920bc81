package io.tidemark.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A self-signed certificate of 127.0.0.1, made afresh by the JDK's {@code keytool}, in the forms that servers and clients
 * take.
 *
 * @param keyStore PKCS12, certificate and key
 * @param trustStore PKCS12, the certificate alone
 * @param certificate PEM
 * @param key PEM
 * @param password of both stores
 */
public record TestCertificate(Path keyStore, Path trustStore, Path certificate, Path key, String password) {
    private static final String ALIAS = "server";

    /** Makes one in the folder. */
    public static TestCertificate make(Path folder, String password) {
        Path keyStore = folder.resolve("server.p12");
        Path trustStore = folder.resolve("trusted.p12");
        Path certificate = folder.resolve("server.crt");
        Path key = folder.resolve("server.key");
        try {
            keytool(
                    password,
                    "-genkeypair",
                    "-alias",
                    ALIAS,
                    "-keyalg",
                    "RSA",
                    "-validity",
                    "2",
                    "-dname",
                    "CN=127.0.0.1",
                    "-ext",
                    "SAN=IP:127.0.0.1",
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    keyStore.toString());
            KeyStore made = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(keyStore)) {
                made.load(in, password.toCharArray());
            }
            byte[] open = made.getCertificate(ALIAS).getEncoded();
            Files.writeString(certificate, pem("CERTIFICATE", open), US_ASCII);
            byte[] secret = made.getKey(ALIAS, password.toCharArray()).getEncoded();
            Files.writeString(key, pem("PRIVATE KEY", secret), US_ASCII);
            keytool(
                    password,
                    "-importcert",
                    "-noprompt",
                    "-alias",
                    ALIAS,
                    "-file",
                    certificate.toString(),
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    trustStore.toString());
            return new TestCertificate(keyStore, trustStore, certificate, key, password);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("Cannot make a certificate in " + folder, e);
        }
    }

    private static String pem(String kind, byte[] content) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n".formatted(kind, text);
    }

    private static void keytool(String password, String... words) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(words));
        command.addAll(List.of("-storepass", password));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        keytool.getOutputStream().close();
        String said = new String(keytool.getInputStream().readAllBytes(), US_ASCII);
        try {
            if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
                keytool.destroyForcibly();
                throw new IllegalStateException("keytool failed: " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while keytool ran", e);
        }
    }
}
