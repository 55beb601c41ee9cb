package dev.plumbline.producer;

import dev.plumbline.producer.client.Endpoint;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.Generation;
import dev.plumbline.protocol.GenericTarget;
import dev.plumbline.protocol.Protocol;
import dev.plumbline.protocol.RequestParameters;
import dev.plumbline.protocol.TargetUrl;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** The part of the configuration that says what is driven, after its rules were checked. */
record TargetSettings(Endpoint endpoint, Protocol protocol) {

    private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7e\\t]*");

    private static final Set<String> FRAMING_HEADERS =
            new TreeSet<>(Set.of("connection", "content-length", "transfer-encoding"));

    /**
     * @param at where it is; what it does not say is the target's
     * @param environment looks an environment variable up; absent ones are empty
     * @throws InvalidConfiguration naming the first key that is wrong
     */
    static TargetSettings checked(
            TargetAddress at, ProducerConfig config, String model, UnaryOperator<String> environment) {
        ProducerConfig.Target target = config.target();
        Generation generation = GenerationSettings.checked(config);
        String url =
                at.url().orElseThrow(() -> InvalidConfiguration.missing(at.section() + "url", "http://127.0.0.1:8000"));
        TargetUrl where = InvalidConfiguration.allowed(
                at.section() + "url or .path: ",
                () -> TargetUrl.below(url, target.endpointType(), at.path(), at.query()));
        Map<String, String> headers = new HashMap<>(authorization(at, target.endpointType(), environment));
        headers.putAll(at.headers());
        headers.forEach((name, value) -> {
            if (name.equalsIgnoreCase("connection")) {
                throw new InvalidConfiguration(at.section() + "headers.\"" + name + "\" is not allowed: connections are"
                        + " kept or not by plumbline.target.keep-alive, 0s = every request gets one of its own");
            }
            if (!isHeader(name, value)) {
                throw new InvalidConfiguration(at.section() + "headers.\"" + name
                        + "\" is not allowed, expected a name and printable ASCII, and none of " + FRAMING_HEADERS);
            }
        });
        target.caFile().ifPresent(TargetSettings::requireCertificate);
        return new TargetSettings(
                new Endpoint(
                        where,
                        headers,
                        target.proxy().map(TargetSettings::proxy),
                        target.caFile(),
                        target.requestIds()),
                protocol(
                        target,
                        generation,
                        new RequestParameters(
                                model,
                                target.streaming(),
                                config.workload().maxTokens(),
                                (generation.sampling().seed().isPresent()
                                                ? generation
                                                : generation.seeded(target.samplingSeed()))
                                        .at(target.endpointType(), where.host()))));
    }

    /** Whether something can be sent as a header beside those that frame a request. */
    static boolean isHeader(String name, String value) {
        return HEADER_NAME.matcher(name).matches()
                && HEADER_VALUE.matcher(value).matches()
                && !FRAMING_HEADERS.contains(name.toLowerCase(Locale.ROOT));
    }

    private static Protocol protocol(ProducerConfig.Target target, Generation stated, RequestParameters parameters) {
        if (target.endpointType() != EndpointType.GENERIC) {
            GenerationSettings.requireSupported(stated, target.endpointType(), Optional.empty());
            return Protocol.of(target.endpointType(), parameters);
        }
        ProducerConfig.Generic generic = target.generic();
        String text = generic.text()
                .orElseThrow(() -> InvalidConfiguration.missing("plumbline.target.generic.text", "/token/text"));
        GenericTarget described = InvalidConfiguration.allowed(
                "plumbline.target.generic.",
                () -> new GenericTarget(
                        generic.method(),
                        generic.body().orElse(""),
                        generic.framing(),
                        text,
                        generic.reasoning(),
                        generic.finishReason(),
                        generic.promptTokens(),
                        generic.outputTokens(),
                        generic.error()));
        GenerationSettings.requireSupported(stated, EndpointType.GENERIC, Optional.of(described));
        return Protocol.generic(described, parameters);
    }

    private static Map<String, String> authorization(
            TargetAddress at, EndpointType type, UnaryOperator<String> environment) {
        Optional<String> key = key(at, environment);
        if (key.isEmpty()) {
            return Map.of();
        }
        if (!HEADER_VALUE.matcher(key.get()).matches()) {
            throw new InvalidConfiguration("the key of " + at.section() + "api-key-… is not printable ASCII");
        }
        return at.apiKeyHeader()
                .map(header -> header.equalsIgnoreCase("authorization")
                        ? Map.of("Authorization", "Bearer " + key.get())
                        : Map.of(header, key.get()))
                .orElseGet(() -> type.authorization(key.get()));
    }

    private static Optional<String> key(TargetAddress at, UnaryOperator<String> environment) {
        if (at.apiKeyFile().isPresent() && at.apiKeyEnv().isPresent()) {
            throw new InvalidConfiguration(
                    "at most one of " + at.section() + "api-key-file and " + at.section() + "api-key-env may be set");
        }
        if (at.apiKeyEnv().isPresent()) {
            String name = at.apiKeyEnv().get();
            String key = environment.apply(name).strip();
            if (key.isEmpty()) {
                throw new InvalidConfiguration(at.section() + "api-key-env = " + name
                        + ": there is no such environment variable, or it is empty");
            }
            return Optional.of(key);
        }
        return at.apiKeyFile().map(file -> firstLine(at.section(), file));
    }

    private static String firstLine(String section, String file) {
        String key;
        try (var lines = Files.lines(Path.of(file), StandardCharsets.UTF_8)) {
            key = lines.findFirst().orElse("").strip();
        } catch (IOException e) {
            throw new InvalidConfiguration(section + "api-key-file: cannot read " + file + " ("
                    + e.getClass().getSimpleName() + "); give a file whose first line is the key");
        }
        if (key.isEmpty()) {
            throw new InvalidConfiguration(section + "api-key-file = " + file
                    + " is not allowed, expected a file whose first line is the key");
        }
        return key;
    }

    private static Endpoint.Proxy proxy(String text) {
        try {
            URI uri = new URI(text.strip());
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            if (scheme.equals("http") && uri.getHost() != null && uri.getPort() > 0 && uri.getRawUserInfo() == null) {
                return new Endpoint.Proxy(uri.getHost(), uri.getPort());
            }
        } catch (URISyntaxException e) {
            throw new InvalidConfiguration("plumbline.target.proxy: " + e.getReason());
        }
        throw new InvalidConfiguration("plumbline.target.proxy is not allowed, expected http://host:port");
    }

    private static void requireCertificate(String file) {
        try {
            if (Files.readString(Path.of(file), StandardCharsets.US_ASCII).contains("BEGIN CERTIFICATE")) {
                return;
            }
        } catch (IOException e) {
            throw new InvalidConfiguration("plumbline.target.ca-file: cannot read " + file + " ("
                    + e.getClass().getSimpleName() + "); give a PEM file of certificates");
        }
        throw new InvalidConfiguration(
                "plumbline.target.ca-file = " + file + " is not allowed, expected a PEM file of certificates");
    }
}
