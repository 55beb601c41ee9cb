package dev.plumbline.target;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The program that shows a simulated GPU as {@code nvidia-smi} does: it asks the target, which does the wording and the
 * pacing, and copies what comes. Knows {@code --query-gpu}, {@code --format}, {@code -l} and {@code -lms}. Exit status: 2 for
 * a field or flag that is not known, 9 when there is no target, as the real one without a driver.
 */
final class NvidiaSmiTool {

    /** First argument of the main class by which it becomes this program. */
    static final String NAME = "nvidia-smi";

    private static final int CONNECT_MILLIS = 10_000;
    private static final String NO_DRIVER =
            "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver."
                    + " Make sure that the latest NVIDIA driver is installed and running.";

    private NvidiaSmiTool() {}

    /** Writes a script that runs this program with the JVM and the classes of this one. */
    static void writeScript(Path file, String targetUrl) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                absolute(System.getProperty("java.class.path")),
                SimulatedTargetMain.class.getName(),
                NAME,
                "--target",
                targetUrl);
        String words = command.stream()
                .map(word -> "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
        Files.writeString(file, "#!/bin/sh\nexec " + words + " \"$@\"\n");
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    /** A class path that means the same from every folder: who calls the script stands elsewhere. */
    static String absolute(String classPath) {
        return Arrays.stream(classPath.split(Pattern.quote(File.pathSeparator)))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Runs until all is printed, or for ever with {@code -l}; returns the exit status. */
    static int run(List<String> arguments, PrintStream out) {
        List<String> parameters = new ArrayList<>();
        String target = "";
        ArrayDeque<String> rest = new ArrayDeque<>(arguments);
        while (!rest.isEmpty()) {
            String flag = rest.removeFirst();
            int equals = flag.indexOf('=');
            String name = equals < 0 ? flag : flag.substring(0, equals);
            if (equals < 0 && rest.isEmpty()) {
                return strange(flag, out);
            }
            String value = equals < 0 ? rest.removeFirst() : flag.substring(equals + 1);
            switch (name) {
                case "--target" -> target = value;
                case "--query-gpu" -> parameters.add(parameter("query", value));
                case "--format" -> parameters.add(parameter("format", value));
                case "-lms", "--loop-ms" -> parameters.add(parameter("lms", value));
                case "-l", "--loop" -> parameters.add(parameter("lms", value + "000"));
                default -> {
                    return strange(flag, out);
                }
            }
        }
        try {
            return copy(URI.create(target + "/admin/nvidia-smi?" + String.join("&", parameters)), out);
        } catch (IOException | IllegalArgumentException e) {
            out.println(NO_DRIVER);
            out.println("(" + e + ")");
            return 9;
        }
    }

    private static int strange(String flag, PrintStream out) {
        out.println("Option \"" + flag + "\" is not recognized; the simulated nvidia-smi knows --query-gpu=, --format=,"
                + " -l and -lms.");
        return 2;
    }

    private static String parameter(String name, String value) {
        return name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private static int copy(URI address, PrintStream out) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
        connection.setConnectTimeout(CONNECT_MILLIS);
        boolean taken = connection.getResponseCode() == 200;
        try (InputStream body = taken ? connection.getInputStream() : connection.getErrorStream()) {
            byte[] buffer = new byte[8192];
            for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
                out.write(buffer, 0, read);
                if (out.checkError()) {
                    return 1;
                }
            }
        }
        return taken ? 0 : 2;
    }
}
