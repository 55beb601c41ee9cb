package dev.plumbline.cli.wording;

import dev.plumbline.probe.Words;
import dev.plumbline.protocol.Nearest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What a command says of words that it does not know, and what may have been meant. */
public final class Mistyped {

    private static final Pattern ADDRESS = Pattern.compile(
            "https?://\\S+|localhost(/\\S*)?|[\\w.-]+:\\d{1,5}([/?]\\S*)?|\\d{1,3}(\\.\\d{1,3}){3}([/?]\\S*)?|\\[\\S+\\]\\S*");

    private Mistyped() {}

    /** Of flags, without their values, which may be secrets. */
    public static String flags(List<String> unknown, CommandLine command) {
        List<String> known = command.getCommandSpec().options().stream()
                .filter(option -> !option.hidden())
                .flatMap(Mistyped::names)
                .filter(name -> name.startsWith("--"))
                .toList();
        String meant = unknown.stream()
                .map(flag -> Nearest.of(flag, known))
                .flatMap(Optional::stream)
                .collect(Collectors.joining(", "));
        return "there is no option " + String.join(", ", unknown) + didYouMean(meant);
    }

    private static Stream<String> names(OptionSpec option) {
        return Stream.concat(
                Arrays.stream(option.names()),
                option.negatable()
                        ? Arrays.stream(option.names()).map(name -> name.replaceFirst("^--no-", "--"))
                        : Stream.empty());
    }

    /** Of the first word that a command with sub commands does not know, or of an address without its flag; else empty. */
    public static Optional<String> word(String unknown, CommandLine command) {
        if (isAddress(unknown) && command.getCommandSpec().findOption("--url") != null) {
            return Optional.of(address(unknown, command));
        }
        List<String> commands = List.copyOf(command.getSubcommands().keySet());
        return commands.isEmpty()
                ? Optional.empty()
                : Optional.of("there is no command '" + Words.oneLine(unknown) + "'"
                        + didYouMean(Nearest.of(unknown, commands).orElse("")));
    }

    /** Whether it is written as addresses of servers are. */
    public static boolean isAddress(String word) {
        return ADDRESS.matcher(word).matches();
    }

    /** What to write in its place; a query may hold a secret, and so may what stands before an @. */
    public static String address(String word, CommandLine command) {
        boolean mayBeRepeated = word.indexOf('?') < 0 && word.indexOf('@') < 0;
        return "an address is given with --url: ./" + command.getCommandSpec().qualifiedName() + " --url "
                + (mayBeRepeated ? Words.oneLine(word) : "...");
    }

    private static String didYouMean(String meant) {
        return meant.isEmpty() ? "" : "; did you mean " + meant + "?";
    }
}
