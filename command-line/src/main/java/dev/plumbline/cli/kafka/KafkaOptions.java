package dev.plumbline.cli.kafka;

import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.stack.RunningStack;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * {@code --kafka} and {@code --kafka-config}, for every command that speaks to Kafka: a picocli mixin.
 *
 * <p>Nothing is asked of Kafka here; what is wrong with the options themselves is wrong usage.
 */
public final class KafkaOptions {

    private static final String BOOTSTRAP_SERVERS = "bootstrap.servers";

    /** Nobody writes a larger file of properties; a larger one is some other file. */
    private static final long MAX_FILE_BYTES = 1 << 20;

    /** A name or an IPv4 address, or an IPv6 address in brackets; then a port. */
    private static final Pattern ADDRESS = Pattern.compile("(\\[[0-9A-Fa-f:.%]+]|[^\\s:,\\[\\]]+):([0-9]{1,5})");

    @CommandLine.Spec(CommandLine.Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--kafka",
            paramLabel = "HOST:PORT[,...]",
            description = "Kafka to use; several addresses are of one cluster.")
    private @Nullable String servers;

    @Option(
            names = "--kafka-config",
            paramLabel = "FILE",
            description = {
                "Properties of Kafka clients, TLS and SASL among them:",
                "the file that Kafka's own tools take as --command-config."
            })
    private @Nullable Path file;

    /**
     * What a Kafka client needs to reach the cluster, {@code bootstrap.servers} included; {@code --kafka} goes before the
     * file. May hold secrets: not for logs.
     *
     * @return empty when no option was given
     * @throws ParameterException if an address is no address, the file cannot be read, or neither says where Kafka is
     */
    public Optional<Map<String, String>> clientProperties() {
        if (servers == null && file == null) {
            return Optional.empty();
        }
        Map<String, String> properties = file == null ? new TreeMap<>() : read(file);
        if (servers != null) {
            properties.put(BOOTSTRAP_SERVERS, servers);
        }
        String where = properties.get(BOOTSTRAP_SERVERS);
        if (where == null) {
            throw wrong("--kafka-config '" + file + "' does not name " + BOOTSTRAP_SERVERS
                    + ": give --kafka HOST:PORT too");
        }
        String source = servers == null ? BOOTSTRAP_SERVERS + " in '" + file + "'" : "--kafka";
        properties.put(BOOTSTRAP_SERVERS, addresses(source, where));
        return Optional.of(properties);
    }

    /**
     * The same; where no option was given, the local stack that {@code plumb up} keeps running.
     *
     * @throws ParameterException as {@link #clientProperties}, and where neither is there
     */
    public Map<String, String> orLocalStack() {
        return clientProperties()
                .or(() -> localStack().map(stack -> Map.of(BOOTSTRAP_SERVERS, stack.bootstrapServers())))
                .orElseThrow(() -> wrong("no local stack runs here: say where Kafka is with --kafka HOST:PORT"));
    }

    private static Optional<RunningStack> localStack() {
        return RunningStack.read(Installation.ofSystemProperties().home());
    }

    private String addresses(String source, String text) {
        StringBuilder addresses = new StringBuilder();
        for (String part : text.split(",", -1)) {
            String address = part.strip();
            var matcher = ADDRESS.matcher(address);
            int port = matcher.matches() ? Integer.parseInt(matcher.group(2)) : 0;
            if (port < 1 || port > 65_535) {
                throw wrong(source + ": '" + address
                        + "' is not HOST:PORT with a port of 1..65535; example: localhost:9092");
            }
            addresses.append(addresses.isEmpty() ? "" : ",").append(address);
        }
        return addresses.toString();
    }

    private Map<String, String> read(Path path) {
        try {
            if (Files.size(path) > MAX_FILE_BYTES) {
                throw wrong("--kafka-config '" + path + "' is larger than " + (MAX_FILE_BYTES >> 20)
                        + " MiB: not a file of properties");
            }
            Properties loaded = new Properties();
            loaded.load(new StringReader(new String(Files.readAllBytes(path), StandardCharsets.UTF_8)));
            Map<String, String> properties = new TreeMap<>();
            loaded.stringPropertyNames().forEach(name -> properties.put(name, loaded.getProperty(name)));
            return properties;
        } catch (NoSuchFileException e) {
            throw wrong("--kafka-config '" + path + "' does not exist");
        } catch (IOException | IllegalArgumentException e) {
            throw wrong("--kafka-config '" + path + "' cannot be read: " + e.getMessage());
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
