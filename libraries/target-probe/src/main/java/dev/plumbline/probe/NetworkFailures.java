package dev.plumbline.probe;

import dev.plumbline.probe.StepOutcome.Failed;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Words for what the JDK throws when a network does not do as it should. The chains of causes differ between a plain
 * socket and the HTTP client, so all of a chain is looked at, types first and texts where types do not tell.
 */
final class NetworkFailures {

    private static final int LONGEST_CHAIN = 16;

    private NetworkFailures() {}

    /** @param within how long was waited */
    static Failed of(Throwable thrown, BaseUrl url, Duration within) {
        List<Throwable> chain = chain(thrown);
        String where = url.host() + ":" + url.port();
        if (has(chain, UnknownHostException.class) || has(chain, UnresolvedAddressException.class)) {
            return nameNotFound(thrown, url.host());
        }
        if (has(chain, SSLException.class) && !has(chain, TimeoutException.class)) {
            return tls(chain, url);
        }
        if (says(chain, "Tunnel failed")) {
            return new Failed(
                    FailureKind.PROXY,
                    "the proxy does not connect to " + where + " (" + last(chain)
                            + "): check --proxy, or leave it out");
        }
        if (has(chain, ConnectException.class) && says(chain, "refused")) {
            return refused(where);
        }
        if (isUnreachable(chain)) {
            return unreachable(where);
        }
        if (has(chain, SocketTimeoutException.class)
                || has(chain, HttpTimeoutException.class)
                || has(chain, TimeoutException.class)
                || says(chain, "timed out")) {
            return has(chain, java.net.http.HttpConnectTimeoutException.class)
                    ? connectTimeout(where, within)
                    : silent(where, within);
        }
        if (says(chain, "Invalid status line") || says(chain, "status line") || says(chain, "Invalid header")) {
            return new Failed(
                    FailureKind.NOT_HTTP, where + " answers, but not in HTTP: is the port of --url the server's?");
        }
        if (says(chain, "reset")
                || says(chain, "closed")
                || says(chain, "EOF")
                || has(chain, EOFException.class)
                || says(chain, "received no bytes")
                || says(chain, "Broken pipe")) {
            return new Failed(
                    FailureKind.CONNECTION_CUT,
                    where + " closes the connection without an answer: look at the server's log");
        }
        if (has(chain, ConnectException.class)) {
            return refused(where);
        }
        return new Failed(
                FailureKind.CONNECTION_CUT, "the connection to " + where + " broke: look at the server's log");
    }

    /** Nobody took the connection, and not for want of time. */
    static Failed notConnected(Throwable thrown, String where) {
        List<Throwable> chain = chain(thrown);
        return isUnreachable(chain) ? unreachable(where) : refused(where);
    }

    private static boolean isUnreachable(List<Throwable> chain) {
        return has(chain, NoRouteToHostException.class) || says(chain, "unreachable") || says(chain, "No route");
    }

    private static Failed unreachable(String where) {
        return new Failed(
                FailureKind.UNREACHABLE, "no network leads to " + where + ": check the address, VPN and firewall");
    }

    static Failed nameNotFound(Throwable thrown, String host) {
        // The resolver's own words: a name that does not exist and a name server that does not answer are two things.
        return says(chain(thrown), "Temporary failure")
                ? new Failed(
                        FailureKind.NAME_NOT_FOUND,
                        "the name '" + host + "' cannot be looked up now: check its spelling, then the name servers of"
                                + " this machine")
                : new Failed(
                        FailureKind.NAME_NOT_FOUND,
                        "the name '" + host + "' is not known: check its spelling, or use the address");
    }

    private static Failed refused(String where) {
        return new Failed(
                FailureKind.CONNECTION_REFUSED,
                "nothing listens on " + where + ": start the server, or correct the port");
    }

    static Failed connectTimeout(String where, Duration within) {
        return new Failed(
                FailureKind.TIMEOUT,
                "no connection to " + where + " within " + Words.duration(within)
                        + ": check the address; a firewall that drops packets looks like this");
    }

    private static Failed silent(String where, Duration within) {
        return new Failed(
                FailureKind.TIMEOUT,
                where + " takes the connection and does not answer within " + Words.duration(within)
                        + ": it hangs, is overloaded, or speaks another protocol; look at its log");
    }

    static Failed speaksPlainHttp(BaseUrl url) {
        return new Failed(
                FailureKind.SPEAKS_PLAIN_HTTP,
                url.host() + ":" + url.port() + " does not speak TLS: use "
                        + url.withTls(false).base());
    }

    private static Failed tls(List<Throwable> chain, BaseUrl url) {
        String where = url.host() + ":" + url.port();
        if (says(chain, "Unsupported or unrecognized SSL message") || says(chain, "plaintext connection")) {
            return speaksPlainHttp(url);
        }
        if (says(chain, "No subject alternative") || says(chain, "No name matching")) {
            return new Failed(
                    FailureKind.TLS_WRONG_NAME,
                    "the certificate of " + where + " is for another host: use a name that is in it, or have it renewed"
                            + " with this one");
        }
        if (has(chain, CertificateExpiredException.class)
                || chain.stream()
                        .anyMatch(thrown -> thrown instanceof CertPathValidatorException path
                                && path.getReason() == CertPathValidatorException.BasicReason.EXPIRED)) {
            return new Failed(
                    FailureKind.TLS_EXPIRED,
                    "the certificate of " + where + " has expired: have it renewed, or check this machine's clock");
        }
        if (has(chain, CertificateNotYetValidException.class)) {
            return new Failed(
                    FailureKind.TLS_EXPIRED,
                    "the certificate of " + where + " is not valid yet: check this machine's clock");
        }
        if (says(chain, "PKIX")
                || says(chain, "unable to find valid certification path")
                || says(chain, "trust anchor")) {
            return new Failed(
                    FailureKind.TLS_UNTRUSTED,
                    "the certificate of " + where + " is signed by nobody this machine trusts: give its CA with"
                            + " --ca-file FILE");
        }
        if (says(chain, "certificate_required") || says(chain, "bad_certificate")) {
            return new Failed(
                    FailureKind.TLS_REFUSED,
                    where + " wants a client certificate, which is not supported: go through a proxy that has one");
        }
        return new Failed(
                FailureKind.TLS_REFUSED,
                where + " ends the TLS handshake: it speaks no TLS, or another version of it than "
                        + "1.2 and 1.3; look at its settings");
    }

    private static List<Throwable> chain(Throwable thrown) {
        List<Throwable> chain = new ArrayList<>();
        @Nullable Throwable next = thrown;
        while (next != null && chain.size() < LONGEST_CHAIN) {
            chain.add(next);
            next = next.getCause();
        }
        return chain;
    }

    private static boolean has(List<Throwable> chain, Class<? extends Throwable> type) {
        return chain.stream().anyMatch(type::isInstance);
    }

    private static boolean says(List<Throwable> chain, String text) {
        String wanted = text.toLowerCase(Locale.ROOT);
        return chain.stream()
                .anyMatch(thrown -> String.valueOf(thrown.getMessage())
                        .toLowerCase(Locale.ROOT)
                        .contains(wanted));
    }

    private static String last(List<Throwable> chain) {
        return Words.oneLine(String.valueOf(chain.get(chain.size() - 1).getMessage()));
    }
}
