package dev.plumbline.cli.target;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.cli.stack.StackFailure;
import dev.plumbline.process.ChildProcess;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** {@code plumb target}: the simulated target in the foreground, by the JDK that everything else is run with. */
@Command(
        name = "target",
        customSynopsis = "plumb target [OPTION]...",
        description = {
            "A simulated inference server with known timing, to try against; Ctrl-C ends it.",
            "",
            "  ./plumb target --port 8000                             then ./plumb run --url localhost:8000",
            "  ./plumb target --port 8000 --regress decode=1.2@90s    becomes 20 %% slower after 90 s",
            "",
            "Its options are those that ./plumb target --help lists."
        })
public final class TargetCommand implements Callable<Integer> {

    /** Everything, {@code --help} included, is for the target to understand. */
    @Unmatched
    private List<String> options = new ArrayList<>();

    @Override
    public Integer call() throws InterruptedException {
        List<String> command = new ArrayList<>(Installation.ofSystemProperties()
                .command(Part.TARGET, List.of(ChildProcess.SUPERVISED_PROPERTY + "=true")));
        command.addAll(options);
        Process target;
        try {
            // Its input is a pipe, which ends with this process, however that ends.
            target = new ProcessBuilder(command)
                    .redirectOutput(Redirect.INHERIT)
                    .redirectError(Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, "the target cannot be started: " + e.getMessage());
        }
        return target.waitFor();
    }
}
