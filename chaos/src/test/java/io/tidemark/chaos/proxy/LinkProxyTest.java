package io.tidemark.chaos.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class LinkProxyTest {
    private final InetAddress loopback = InetAddress.getLoopbackAddress();
    private ServerSocket server;
    private LinkProxy proxy;
    private Socket client;
    private Socket served;

    LinkProxyTest() throws IOException {
        server = new ServerSocket(0, 5, loopback);
        proxy = LinkProxy.open();
        proxy.forwardTo(server.getLocalPort());
        client = new Socket(loopback, proxy.port());
        served = server.accept();
    }

    @BeforeEach
    void bytesPassBothWays() throws IOException {
        client.getOutputStream().write('q');
        assertThat(served.getInputStream().read()).isEqualTo('q');
        served.getOutputStream().write('a');
        assertThat(client.getInputStream().read()).isEqualTo('a');
    }

    @AfterEach
    void close() throws IOException {
        proxy.close();
        server.close();
        client.close();
        served.close();
    }

    @Test
    void aCutOfTheAnswersLetsRequestsPassAndAnswersWaitUntilItIsHealed() throws IOException {
        Disturbance cut = proxy.cut(Direction.ANSWERS);
        client.getOutputStream().write('q');
        assertThat(served.getInputStream().read()).isEqualTo('q');
        served.getOutputStream().write('a');
        assertNothingComes();
        cut.end();
        assertThat(client.getInputStream().read()).isEqualTo('a');
        assertThat(cut.met()).isEqualTo(1);
    }

    @Test
    void theEndOfOneDisturbanceEndsNoOther() throws IOException {
        Disturbance cut = proxy.cut(Direction.ANSWERS);
        Disturbance again = proxy.cut(Direction.ANSWERS);
        Disturbance otherWay = proxy.cut(Direction.REQUESTS);
        Disturbance delay = proxy.delay(Duration.ofMillis(1));
        otherWay.end();
        delay.end();
        cut.end();
        cut.end();
        client.getOutputStream().write('q');
        assertThat(served.getInputStream().read()).isEqualTo('q');
        served.getOutputStream().write('a');
        assertNothingComes();
        again.end();
        assertThat(client.getInputStream().read()).isEqualTo('a');
    }

    @Test
    void aDelayEndsByItselfAndSeveralAddUp() throws IOException {
        Disturbance shorter = proxy.delay(Duration.ofMillis(60));
        Disturbance longer = proxy.delay(Duration.ofMillis(90));
        assertThat(timeOfARequest()).isGreaterThanOrEqualTo(Duration.ofMillis(150));
        shorter.end();
        assertThat(timeOfARequest()).isGreaterThanOrEqualTo(Duration.ofMillis(90));
        longer.end();
        bytesPassBothWays();
        assertThat(shorter.met()).isEqualTo(1);
        assertThat(longer.met()).isEqualTo(2);
    }

    private Duration timeOfARequest() throws IOException {
        long before = System.nanoTime();
        client.getOutputStream().write('q');
        assertThat(served.getInputStream().read()).isEqualTo('q');
        return Duration.ofNanos(System.nanoTime() - before);
    }

    private void assertNothingComes() throws IOException {
        client.setSoTimeout(200);
        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        client.setSoTimeout(0);
    }

    @Test
    void aResetEndsConnectionsOnBothSidesAndLetsNewOnesIn() throws IOException {
        assertThat(proxy.reset()).isEqualTo(1);
        assertThat(proxy.reset()).isZero();
        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        assertThatThrownBy(() -> served.getInputStream().read()).isInstanceOf(SocketException.class);
        client = new Socket(loopback, proxy.port());
        served = server.accept();
        bytesPassBothWays();
    }

    @Test
    void theEndOfOneSideIsTheEndOfTheOther() throws IOException {
        served.close();
        assertThat(client.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void aServerThatIsAwayResetsTheClient() throws IOException {
        server.close();
        try (Socket late = new Socket(loopback, proxy.port())) {
            assertThatThrownBy(() -> {
                        if (late.getInputStream().read() < 0) {
                            throw new SocketException("ended");
                        }
                    })
                    .isInstanceOf(SocketException.class);
        }
    }
}
