package dev.plumbline.broker;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The command line of the broker process, read by hand so that no parser sits on its class path.
 *
 * @param settings what the broker is started with
 * @param stackDirectory folder of the whole local stack, deleted when the supervisor vanished
 */
record BrokerCommandLine(BrokerSettings settings, Optional<Path> stackDirectory) {

    static final String USAGE = """
            Usage: broker --directory DIR [--port N] [--retention-bytes N] [--stack-directory DIR]
              --directory DIR        data folder, made when missing; an earlier one is continued
              --port N               TCP port on 127.0.0.1; 0, the default, takes a free one
              --retention-bytes N    most bytes kept per partition of a topic that says nothing itself
              --stack-directory DIR  folder around the data folder, deleted with all its content when
                                     the supervisor vanished and every process with a *.ready file
                                     in it has ended
              --help                 this text""";

    /**
     * @throws WrongUsage when a flag is unknown, has no value, has a wrong one or is missing
     */
    static BrokerCommandLine parse(List<String> arguments) throws WrongUsage {
        Optional<Path> directory = Optional.empty();
        Optional<Path> stackDirectory = Optional.empty();
        int port = 0;
        OptionalLong retentionBytes = OptionalLong.empty();
        for (int i = 0; i < arguments.size(); i += 2) {
            String flag = arguments.get(i);
            if (!List.of("--directory", "--port", "--retention-bytes", "--stack-directory")
                    .contains(flag)) {
                throw new WrongUsage("unknown argument " + flag);
            }
            if (i + 1 == arguments.size()) {
                throw new WrongUsage(flag + " needs a value");
            }
            String value = arguments.get(i + 1);
            switch (flag) {
                case "--directory" -> directory = Optional.of(path(flag, value));
                case "--stack-directory" -> stackDirectory = Optional.of(path(flag, value));
                case "--port" -> port = Math.toIntExact(number(flag, value, 0, 65535));
                default ->
                    retentionBytes = OptionalLong.of(
                            number(flag, value, BrokerSettings.SMALLEST_RETENTION_BYTES, Long.MAX_VALUE));
            }
        }
        Path data = directory.orElseThrow(() -> new WrongUsage("--directory is missing"));
        if (stackDirectory.isPresent()
                && (data.equals(stackDirectory.get()) || !data.startsWith(stackDirectory.get()))) {
            // What is deleted as a whole must at least be a folder that was made for this broker.
            throw new WrongUsage("--directory " + data + " must lie inside --stack-directory " + stackDirectory.get());
        }
        return new BrokerCommandLine(new BrokerSettings(data, port, retentionBytes), stackDirectory);
    }

    private static Path path(String flag, String value) throws WrongUsage {
        if (value.isBlank()) {
            throw new WrongUsage(flag + " needs a folder, got an empty text");
        }
        return Path.of(value).toAbsolutePath().normalize();
    }

    private static long number(String flag, String value, long smallest, long largest) throws WrongUsage {
        try {
            long number = Long.parseLong(value);
            if (number >= smallest && number <= largest) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new WrongUsage(flag + " needs a whole number, got " + value, e);
        }
        throw new WrongUsage(flag + " must be " + smallest + " to " + largest + ", got " + value);
    }

    /** A command line that cannot be obeyed; the message is one line for its author. */
    static final class WrongUsage extends Exception {
        private static final long serialVersionUID = 1;

        WrongUsage(String message) {
            super(message);
        }

        WrongUsage(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
