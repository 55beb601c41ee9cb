package dev.plumbline.producer.client;

import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import java.util.concurrent.TimeUnit;

/**
 * What every connection to a target has in common: TLS with the host name checked, the proxy, and bounds on what is taken
 * before a body is read. Nothing is unpacked and no redirect is followed.
 */
final class Connections {

    /** Longest chunk of a body that is handed on at once, and longest head of a response, in bytes. */
    private static final int MAX_BYTES = 1 << 16;

    private Connections() {}

    static HttpClientOptions options(Endpoint endpoint, long connectTimeoutNanos) {
        HttpClientOptions options = new HttpClientOptions()
                .setSsl(endpoint.url().tls())
                .setVerifyHost(true)
                .setKeepAlive(true)
                .setConnectTimeout((int)
                        Math.min(Integer.MAX_VALUE, Math.max(1, TimeUnit.NANOSECONDS.toMillis(connectTimeoutNanos))))
                .setMaxChunkSize(MAX_BYTES)
                .setMaxHeaderSize(MAX_BYTES);
        endpoint.caFile().ifPresent(file -> options.setTrustOptions(new PemTrustOptions().addCertPath(file)));
        endpoint.proxy()
                .ifPresent(proxy -> options.setProxyOptions(new ProxyOptions()
                        .setType(ProxyType.HTTP)
                        .setHost(proxy.host())
                        .setPort(proxy.port())));
        return options;
    }
}
