package dev.plumbline.probe;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The proxy that the environment names, as curl and others would use it. We never do: whether a proxy stands in the way of
 * what is measured has to be said. So where a target cannot be reached, this is what a person needs to know.
 */
public final class UnusedProxy {

    private static final List<String> THIS_MACHINE = List.of("localhost", "::1");

    private UnusedProxy() {}

    /**
     * One clause for the end of a line: the variable, and what to do. A password in it is not repeated.
     *
     * @param environment looks up an environment variable
     * @return empty when none is set for this URL, when {@code NO_PROXY} excepts it, and for this machine
     */
    public static Optional<String> of(BaseUrl url, Function<String, @Nullable String> environment) {
        if (isThisMachine(url.host()) || isExcepted(url, environment)) {
            return Optional.empty();
        }
        String scheme = url.tls() ? "HTTPS_PROXY" : "HTTP_PROXY";
        return Stream.of(scheme, scheme.toLowerCase(Locale.ROOT), "ALL_PROXY", "all_proxy")
                .filter(name -> value(environment, name).isPresent())
                .findFirst()
                .map(name -> name + " is set and is not used: "
                        + remedy(value(environment, name).orElseThrow()));
    }

    private static Optional<String> value(Function<String, @Nullable String> environment, String name) {
        return Optional.ofNullable(environment.apply(name)).map(String::strip).filter(text -> !text.isEmpty());
    }

    private static String remedy(String proxy) {
        Optional<URI> uri = parsed(proxy);
        if (uri.isEmpty() || !"http".equalsIgnoreCase(uri.get().getScheme())) {
            return "only HTTP proxies are supported, --proxy http://HOST:PORT";
        }
        if (uri.get().getRawUserInfo() != null) {
            return "--proxy takes no user and password, go through a proxy that wants none";
        }
        return "if the way leads through that proxy, add --proxy http://"
                + uri.get().getHost() + ":"
                + (uri.get().getPort() < 1 ? "PORT" : uri.get().getPort());
    }

    private static Optional<URI> parsed(String proxy) {
        try {
            return Optional.of(new URI(proxy.contains("://") ? proxy : "http://" + proxy))
                    .filter(uri -> uri.getHost() != null);
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    private static boolean isThisMachine(String host) {
        return THIS_MACHINE.contains(bare(host)) || bare(host).startsWith("127.");
    }

    private static boolean isExcepted(BaseUrl url, Function<String, @Nullable String> environment) {
        String host = bare(url.host());
        return Stream.of("NO_PROXY", "no_proxy")
                .flatMap(name -> value(environment, name).stream())
                .flatMap(list -> Arrays.stream(list.split(",")))
                .map(entry -> bare(entry.strip()))
                .filter(entry -> !entry.isEmpty())
                .anyMatch(entry -> entry.equals("*")
                        || entry.equals(host)
                        || entry.equals(host + ":" + url.port())
                        || host.endsWith(entry.startsWith(".") ? entry : "." + entry));
    }

    private static String bare(String host) {
        return host.replaceAll("[\\[\\]]", "").toLowerCase(Locale.ROOT);
    }
}
