package dev.plumbline.probe;

import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.Generation;
import dev.plumbline.protocol.GenericTarget;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * Where a target is, and what is wanted of it.
 *
 * @param typedUrl as the user wrote it
 * @param url what was understood
 * @param wanted what the user asked for
 * @param credentials sent to the target and to nobody else
 * @param route how it is reached
 * @param timeouts of the probe
 */
public record TargetAddress(
        String typedUrl, BaseUrl url, Wanted wanted, Credentials credentials, Route route, ProbeTimeouts timeouts) {

    public TargetAddress {
        Objects.requireNonNull(typedUrl, "typedUrl");
        Objects.requireNonNull(url, "url");
        Objects.requireNonNull(wanted, "wanted");
        Objects.requireNonNull(credentials, "credentials");
        Objects.requireNonNull(route, "route");
        Objects.requireNonNull(timeouts, "timeouts");
    }

    /**
     * A URL and nothing else.
     *
     * @throws IllegalArgumentException with one line for the user
     */
    public static TargetAddress of(String typedUrl) {
        return new TargetAddress(
                typedUrl,
                BaseUrl.parse(typedUrl),
                Wanted.ANYTHING,
                Credentials.NONE,
                Route.DIRECT,
                ProbeTimeouts.DEFAULT);
    }

    /** Without what may be secret: the query of a URL, and credentials. */
    @Override
    public String toString() {
        return "TargetAddress[" + url + ", " + credentials + "]";
    }

    /** This address with another wish. */
    public TargetAddress with(Wanted changed) {
        return new TargetAddress(typedUrl, url, changed, credentials, route, timeouts);
    }

    /** This address with other credentials. */
    public TargetAddress with(Credentials changed) {
        return new TargetAddress(typedUrl, url, wanted, changed, route, timeouts);
    }

    /** This address reached in another way. */
    public TargetAddress with(Route changed) {
        return new TargetAddress(typedUrl, url, wanted, credentials, changed, timeouts);
    }

    /** This address with other timeouts. */
    public TargetAddress with(ProbeTimeouts changed) {
        return new TargetAddress(typedUrl, url, wanted, credentials, route, changed);
    }

    /**
     * What the user asked for; empty where it is to be found out.
     *
     * @param generic describes an API that we do not know; then nothing is found out about it
     * @param metricsUrl where the engine's metrics are; empty looks for {@code /metrics} below the base URL
     * @param pulled whether an Ollama that does not have the model is told to pull it
     * @param streamed whether answers shall come as streams; a server that cannot stream is measured without
     * @param generation how answers are drawn; the short answer of the probe is, too
     */
    public record Wanted(
            Optional<EndpointType> endpointType,
            Optional<GenericTarget> generic,
            Optional<String> model,
            Optional<BaseUrl> metricsUrl,
            boolean streamed,
            boolean pulled,
            Generation generation) {

        /** Everything is to be found out. */
        public static final Wanted ANYTHING =
                new Wanted(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

        public Wanted {
            Objects.requireNonNull(generic, "generic");
            if (generic.isPresent() != endpointType.equals(Optional.of(EndpointType.GENERIC))) {
                throw new IllegalArgumentException(
                        "endpoint type generic and the description of its API go together: give both");
            }
            Objects.requireNonNull(model, "model");
            Objects.requireNonNull(metricsUrl, "metricsUrl");
            Objects.requireNonNull(generation, "generation");
        }

        /** With answers that come as streams. */
        public Wanted(
                Optional<EndpointType> endpointType,
                Optional<GenericTarget> generic,
                Optional<String> model,
                Optional<BaseUrl> metricsUrl) {
            this(endpointType, generic, model, metricsUrl, true, false, Generation.DETERMINISTIC);
        }

        /** The same with answers that come in one piece. */
        public Wanted whole() {
            return new Wanted(endpointType, generic, model, metricsUrl, false, pulled, generation);
        }

        /** The same with a model that is pulled where it is missing. */
        public Wanted pulling() {
            return new Wanted(endpointType, generic, model, metricsUrl, streamed, true, generation);
        }

        /** The same with answers that are drawn in another way. */
        public Wanted generating(Generation changed) {
            return new Wanted(endpointType, generic, model, metricsUrl, streamed, pulled, changed);
        }
    }

    /**
     * How a target is reached.
     *
     * @param caFile PEM file of the certificates to trust in place of the system's
     * @param proxy HTTP proxy in between
     * @param unusedProxy clause for whoever finds no way to the target, about a proxy of the environment, see
     *     {@link UnusedProxy}
     */
    public record Route(Optional<Path> caFile, Optional<InetSocketAddress> proxy, Optional<String> unusedProxy) {

        /** No proxy, the system's certificates. */
        public static final Route DIRECT = new Route(Optional.empty(), Optional.empty());

        public Route {
            Objects.requireNonNull(caFile, "caFile");
            Objects.requireNonNull(proxy, "proxy");
            Objects.requireNonNull(unusedProxy, "unusedProxy");
        }

        /** In an environment without a proxy. */
        public Route(Optional<Path> caFile, Optional<InetSocketAddress> proxy) {
            this(caFile, proxy, Optional.empty());
        }
    }
}
