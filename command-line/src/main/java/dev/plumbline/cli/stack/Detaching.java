package dev.plumbline.cli.stack;

import dev.plumbline.cli.time.SystemTime;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** {@code --detach}: the same command once more, without this terminal. */
public final class Detaching {

    /** The flag; what is started has none. */
    public static final String FLAG = "--detach";

    private Detaching() {}

    /**
     * Starts the command that was typed once more, and comes back when it has begun what it is for. Ctrl-C before ends it.
     *
     * @param home root folder of the checkout
     * @return its exit code where it ended before it began, else 0
     */
    public static int start(CommandLine line, Path home) throws InterruptedException {
        CommandLine root = line;
        while (root.getParent() != null) {
            root = root.getParent();
        }
        List<String> arguments = new ArrayList<>(root.getParseResult().originalArgs());
        arguments.remove(FLAG);
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        Interrupts interrupts = Interrupts.listen();
        interrupts.whileStarting();
        Detached.Start start = Detached.start(home, line.getCommandName(), arguments, out, SystemTime::epochMillis);
        start.process().ifPresent(process -> {
            out.println("  detached  " + process.name() + " (process " + process.pid()
                    + ") goes on without this terminal; what it" + " says is in " + process.log());
            out.println("            'plumb status' shows it, 'plumb down " + process.name() + "' ends it in order");
        });
        out.flush();
        return start.exitCode();
    }
}
