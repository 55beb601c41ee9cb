package dev.plumbline.cli.check;

import dev.plumbline.cli.time.DurationConverter;
import dev.plumbline.probe.BaseUrl;
import dev.plumbline.probe.Credentials;
import dev.plumbline.probe.ProbeTimeouts;
import dev.plumbline.probe.TargetAddress;
import dev.plumbline.probe.UnusedProxy;
import dev.plumbline.probe.Words;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.GenericTarget;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options that say where a target is; for {@code @Mixin}. */
public final class TargetOptions {

    private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

    /** Headers that the connection itself needs. */
    private static final Set<String> RESERVED =
            Set.of("content-length", "expect", "host", "upgrade", "transfer-encoding", "content-type");

    private static final int LONGEST_KEY_FILE_BYTES = 64 * 1024;

    @Option(
            names = {"--url", "--base-url"},
            paramLabel = "URL",
            description = {
                "The server: localhost:8000, https://host/prefix, or the full path of an",
                "endpoint such as http://host:8000/v1/chat/completions."
            })
    private String url = "";

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description = {"The model.", "Default: the only one that is served, or loaded."})
    private @Nullable String model;

    @Option(names = "--pull", description = "Have an Ollama pull the model where it does not have it; needs --model.")
    private boolean pull;

    @Option(
            names = "--endpoint-type",
            paramLabel = "TYPE",
            converter = TypeConverter.class,
            completionCandidates = TypeNames.class,
            description = {
                "The API: ${COMPLETION-CANDIDATES}.",
                "Default: chat where it is served, as figures of all engines compare then."
            })
    private @Nullable EndpointType endpointType;

    @Option(
            names = "--generic",
            paramLabel = "NAME=VALUE",
            description = {
                "An API of another kind, in parts; may be repeated. The URL is taken as it is.",
                "body: JSON with {{prompt}}, {{model}}, {{max_tokens}}, {{stream}}, {{seed}}.",
                "text (needed), reasoning, finish-reason, prompt-tokens, output-tokens, error:",
                "JSON pointers into the answer. framing: sse, ndjson or json. method: POST."
            })
    private Map<String, String> generic = new LinkedHashMap<>();

    @Option(
            names = {"-H", "--header"},
            paramLabel = "'NAME: VALUE'",
            description = "A header for every request; may be repeated.")
    private List<String> headers = new ArrayList<>();

    @Option(names = "--api-key-env", paramLabel = "NAME", description = "Environment variable that holds the API key.")
    private @Nullable String apiKeyEnvironment;

    @Option(names = "--api-key-file", paramLabel = "FILE", description = "File whose first line is the API key.")
    private @Nullable Path apiKeyFile;

    @Option(
            names = "--api-key-header",
            paramLabel = "NAME",
            description = {"Header of the key.", "Default: the API's own, Authorization with Bearer, or x-api-key."})
    private @Nullable String apiKeyHeader;

    @Option(
            names = "--ca-file",
            paramLabel = "FILE",
            description = "Certificates to trust, PEM, in place of the system's.")
    private @Nullable Path caFile;

    @Option(
            names = "--proxy",
            paramLabel = "URL",
            description = {
                "HTTP proxy, for example http://proxy:3128. Those of the environment",
                "(HTTP_PROXY, HTTPS_PROXY) are not used."
            })
    private @Nullable String proxy;

    @Option(
            names = "--metrics-url",
            paramLabel = "URL",
            description = {"The engine's metrics.", "Default: /metrics of the server."})
    private @Nullable String metricsUrl;

    @Option(
            names = "--wait",
            converter = DurationConverter.class,
            paramLabel = "SPAN",
            description = {
                "How long a server is waited for that does not listen yet, or loads its model.",
                "Default: 3s until it listens, 2m until it has loaded."
            })
    private @Nullable Duration wait;

    /**
     * What the options say.
     *
     * @param environment looks up an environment variable
     * @throws ParameterException with one line that names the option
     */
    public TargetAddress address(CommandLine commandLine, Function<String, @Nullable String> environment) {
        if (url.isBlank()) {
            throw new ParameterException(
                    commandLine, "--url is missing: give the server, for example --url localhost:8000");
        }
        if (model != null && model.isBlank()) {
            throw new ParameterException(
                    commandLine,
                    "--model is empty: name the model, or leave it out to take the only one that is served");
        }
        if (wait != null && (wait.isNegative() || wait.isZero())) {
            throw new ParameterException(commandLine, "--wait must be longer than 0s");
        }
        if (pull && model == null) {
            throw new ParameterException(commandLine, "--pull needs the name of what is to be pulled: --model MODEL");
        }
        TargetAddress address = addressOf(commandLine, environment);
        return pull ? address.with(address.wanted().pulling()) : address;
    }

    private TargetAddress addressOf(CommandLine commandLine, Function<String, @Nullable String> environment) {
        return checked(commandLine, "--url", () -> {
            BaseUrl target = BaseUrl.parse(url);
            return new TargetAddress(
                    url,
                    target,
                    new TargetAddress.Wanted(
                            generic.isEmpty() ? Optional.ofNullable(endpointType) : Optional.of(EndpointType.GENERIC),
                            described(commandLine),
                            Optional.ofNullable(model),
                            Optional.ofNullable(metricsUrl)
                                    .map(text -> checked(commandLine, "--metrics-url", () -> BaseUrl.parse(text)))),
                    credentials(commandLine, environment),
                    new TargetAddress.Route(
                            Optional.ofNullable(caFile),
                            Optional.ofNullable(proxy)
                                    .map(text -> checked(commandLine, "--proxy", () -> proxyAddress(text))),
                            UnusedProxy.of(target, environment)),
                    wait == null ? ProbeTimeouts.DEFAULT : ProbeTimeouts.DEFAULT.waiting(wait));
        });
    }

    private Optional<GenericTarget> described(CommandLine commandLine) {
        if (generic.isEmpty()) {
            if (endpointType == EndpointType.GENERIC) {
                throw new ParameterException(
                        commandLine,
                        "--endpoint-type generic needs a description of the API: --generic text=/POINTER and"
                                + " --generic 'body={...}', or 'generic:' in a scenario file");
            }
            return Optional.empty();
        }
        if (endpointType != null && endpointType != EndpointType.GENERIC) {
            throw new ParameterException(
                    commandLine,
                    "--generic describes an API and --endpoint-type " + endpointType.shortName()
                            + " names another: give one of them");
        }
        return Optional.of(checked(commandLine, "--generic", () -> GenericDescription.of(generic)));
    }

    /**
     * Checks the headers alone, without looking at keys.
     *
     * @throws ParameterException with one line that names the option
     */
    public Map<String, String> headers(CommandLine commandLine) {
        Map<String, String> parsed = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String header : headers) {
            checked(commandLine, "--header", () -> put(parsed, header));
        }
        return parsed;
    }

    /**
     * Headers that are written {@code NAME: VALUE}, by name.
     *
     * @throws IllegalArgumentException with one line that repeats no value
     */
    public static Map<String, String> headers(List<String> written) {
        Map<String, String> parsed = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        written.forEach(header -> put(parsed, header));
        return parsed;
    }

    private Credentials credentials(CommandLine commandLine, Function<String, @Nullable String> environment) {
        Map<String, String> parsed = headers(commandLine);
        Optional<String> keyHeader = Optional.ofNullable(apiKeyHeader)
                .map(name -> checked(commandLine, "--api-key-header", () -> checkedName(name)));
        if (apiKeyEnvironment != null && apiKeyFile != null) {
            throw new ParameterException(
                    commandLine, "--api-key-env and --api-key-file exclude each other: give one of them");
        }
        Optional<String> key = Optional.empty();
        if (apiKeyEnvironment != null) {
            String name = apiKeyEnvironment;
            key = Optional.of(checked(commandLine, "--api-key-env", () -> keyOf(name, environment.apply(name))));
        } else if (apiKeyFile != null) {
            Path file = apiKeyFile;
            key = Optional.of(checked(commandLine, "--api-key-file", () -> firstLine(file)));
        }
        if (key.isPresent() && parsed.containsKey(keyHeader.orElse("Authorization"))) {
            throw new ParameterException(
                    commandLine,
                    "--header and the API key both set " + keyHeader.orElse("Authorization") + ": give it once");
        }
        return new Credentials(parsed, key, keyHeader);
    }

    private static String put(Map<String, String> headers, String text) {
        int colon = text.indexOf(':');
        if (colon < 1) {
            // Not repeated: it may hold a secret.
            throw new IllegalArgumentException("a header is written 'NAME: VALUE'");
        }
        String name = checkedName(text.substring(0, colon).strip());
        if (headers.containsKey(name)) {
            throw new IllegalArgumentException(name + " is given twice");
        }
        headers.put(
                name, checkedValue(name + "'s value", text.substring(colon + 1).strip()));
        return name;
    }

    private static String checkedName(String name) {
        if (!HEADER_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a header's name has letters, digits and '-' only");
        }
        if (name.equalsIgnoreCase("connection")) {
            throw new IllegalArgumentException(
                    name + " is set by the connection itself: for a new one per request give --no-keep-alive to a run");
        }
        if (RESERVED.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException(name + " is set by the connection itself: leave it out");
        }
        return name;
    }

    private static String checkedValue(String what, String value) {
        if (value.isEmpty() || !value.chars().allMatch(c -> c == '\t' || (c >= 0x20 && c < 0x7f))) {
            throw new IllegalArgumentException(what + " must be printable ASCII on one line, and not empty");
        }
        return value;
    }

    private static String keyOf(String name, @Nullable String value) {
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("the environment variable '" + Words.oneLine(name) + "' is "
                    + (value == null ? "not set" : "empty") + ": give the name of one that holds the key");
        }
        return checkedValue("the key in " + name, value.strip());
    }

    private static String firstLine(Path file) {
        try {
            if (Files.size(file) > LONGEST_KEY_FILE_BYTES) {
                throw new IllegalArgumentException(file + " is too large: give a file whose first line is the key");
            }
            String key = Files.readString(file, StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElse("")
                    .strip();
            if (key.isEmpty()) {
                throw new IllegalArgumentException(file + " is empty: give a file whose first line is the key");
            }
            return checkedValue("the key in " + file, key);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read: give a file whose first line is the key", e);
        }
    }

    private static InetSocketAddress proxyAddress(String text) {
        URI uri;
        try {
            uri = new URI(text.contains("://") ? text : "http://" + text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("not a URL: give http://host:port", e);
        }
        if (!"http".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null || uri.getPort() < 1) {
            throw new IllegalArgumentException("a proxy is given as http://host:port");
        }
        if (uri.getRawUserInfo() != null) {
            throw new IllegalArgumentException("a proxy that wants a password is not supported");
        }
        return InetSocketAddress.createUnresolved(uri.getHost(), uri.getPort());
    }

    private static <T> T checked(CommandLine commandLine, String option, java.util.function.Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(commandLine, option + ": " + e.getMessage(), e);
        }
    }

    /** As people write endpoint types: lower case, with hyphens. */
    private static final class TypeConverter implements CommandLine.ITypeConverter<EndpointType> {
        @Override
        public EndpointType convert(String value) {
            try {
                return EndpointType.named(value);
            } catch (IllegalArgumentException e) {
                throw new CommandLine.TypeConversionException(e.getMessage());
            }
        }
    }

    /** The names of the endpoint types. */
    private static final class TypeNames extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        TypeNames() {
            super(Arrays.stream(EndpointType.values())
                    .map(EndpointType::shortName)
                    .toList());
        }
    }
}
