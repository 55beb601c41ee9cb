package dev.plumbline.cli.stack;

import dev.plumbline.cli.outcome.ExitCode;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a load producer has from the shell that it was started in: the variables that it reads, that its JVM reads, and that
 * the tools which it starts read ({@code nvidia-smi}, a wrapper of it), and how many files it may open. Only digests are kept,
 * because a proxy's address may hold a password.
 *
 * @param salt makes the digests of two stacks differ
 * @param digests of what there is, by name; what is not set has none
 */
record ProducerEnvironment(String salt, Map<String, String> digests) {

    /** Variables by their whole names, in upper case. */
    private static final Set<String> NAMES = Set.of(
            "PATH",
            "HOME",
            "TZ",
            "LANG",
            "LANGUAGE",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
            "NO_PROXY",
            "JAVA_HOME",
            "JAVA_TOOL_OPTIONS",
            "JDK_JAVA_OPTIONS",
            "_JAVA_OPTIONS",
            "KRB5_CONFIG",
            "OLLAMA_HOST",
            "KUBECONFIG");

    /** Variables by how their names begin: locale, linker, accelerators, and what settings may be read from. */
    private static final List<String> BEGINNINGS = List.of(
            "LC_", "LD_", "CUDA_", "NVIDIA_", "HIP_", "ROCR_", "PLUMBLINE_", "QUARKUS_", "SMALLRYE_", "MP_", "KAFKA_");

    private static final String OPEN_FILES = "the limit of open files (ulimit -n)";
    private static final String SALT = "salt";
    private static final String DIGEST = "digest.";

    ProducerEnvironment {
        Objects.requireNonNull(salt, "salt");
        digests = Collections.unmodifiableMap(new TreeMap<>(digests));
    }

    /** That of this process, and of the children that it starts. */
    static ProducerEnvironment ofThisProcess(String salt) {
        return of(salt, System.getenv(), openFiles(Path.of("/proc/self/limits")));
    }

    /**
     * @param variables all that there are
     * @param openFiles how many files may be open, in whatever form the system tells it; empty where it does not
     */
    static ProducerEnvironment of(String salt, Map<String, String> variables, Optional<String> openFiles) {
        Map<String, String> digests = new TreeMap<>();
        variables.forEach((name, value) -> {
            if (isRead(name)) {
                digests.put(name, digest(salt, value));
            }
        });
        openFiles.ifPresent(limit -> digests.put(OPEN_FILES, digest(salt, limit)));
        return new ProducerEnvironment(salt, digests);
    }

    private static boolean isRead(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        return NAMES.contains(upper) || BEGINNINGS.stream().anyMatch(upper::startsWith);
    }

    private static Optional<String> openFiles(Path limits) {
        try {
            return Files.readAllLines(limits).stream()
                    .filter(line -> line.startsWith("Max open files"))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String digest(String salt, String value) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(salt.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sha256.digest(value.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The names of what is not the same in both, in order and with commas; empty when all is. */
    Optional<String> differencesFrom(ProducerEnvironment other) {
        Set<String> names = new TreeSet<>(digests.keySet());
        names.addAll(other.digests.keySet());
        String different = names.stream()
                .filter(name -> !Objects.equals(digests.get(name), other.digests.get(name)))
                .collect(Collectors.joining(", "));
        return different.isEmpty() ? Optional.empty() : Optional.of(different);
    }

    /** Writes it to a file that only its owner can read. */
    void write(Path file) {
        Properties properties = new Properties();
        properties.setProperty(SALT, salt);
        digests.forEach((name, digest) -> properties.setProperty(DIGEST + name, digest));
        try {
            StringWriter text = new StringWriter();
            properties.store(text, null);
            ConfidentialFile.write(file, text.toString());
        } catch (IOException e) {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, "cannot write " + file + ": " + e.getMessage());
        }
    }

    /** Reads what was written; empty when there is none, as of an older version, or it cannot be understood. */
    static Optional<ProducerEnvironment> read(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
        Map<String, String> digests = new TreeMap<>();
        properties.stringPropertyNames().stream()
                .filter(name -> name.startsWith(DIGEST))
                .forEach(name -> digests.put(name.substring(DIGEST.length()), properties.getProperty(name)));
        return Optional.ofNullable(properties.getProperty(SALT)).map(salt -> new ProducerEnvironment(salt, digests));
    }
}
