package dev.plumbline.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.stack.Installation.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class InstallationTest {

    @TempDir
    private Path home;

    /** Says the nice values of its compilers, of a thread of the lowest priority and of its first, which is called as its command. */
    static final class Niceness {
        private Niceness() {}

        @SuppressWarnings("ThreadPriorityCheck") // The priority is what is looked at.
        public static void main(String[] arguments) throws Exception {
            Thread low = new Thread(Niceness::tell, "the-low-one");
            low.setPriority(Thread.MIN_PRIORITY);
            low.start();
            low.join(10_000);
        }

        private static void tell() {
            try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
                for (Path task : tasks.toList()) {
                    String stat = Files.readString(task.resolve("stat"));
                    String name = Files.readString(task.resolve("comm")).strip();
                    // Behind the name in brackets: state, and then 15 numbers before the nice value.
                    String nice = stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16];
                    System.out.println(name + "=" + nice);
                }
            } catch (IOException e) {
                System.out.println(e);
            }
        }
    }

    private List<String> command(Part part) throws IOException {
        Installation installation = new Installation(home, Path.of(System.getProperty("java.home")));
        Files.createDirectories(installation.jar(part).getParent());
        Files.createFile(installation.jar(part));
        return installation.command(part, List.of("a=b"));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void inTheProducerEventLoopsComeBeforeCompilersAndBackgroundThreads() throws Exception {
        List<String> command = new ArrayList<>(command(Part.PRODUCER));
        command.subList(command.indexOf("-jar"), command.size()).clear();
        command.removeIf(flag -> flag.contains("Archive"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Niceness.class.getName()));
        Path said = home.resolve("said");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(Files.readAllLines(said))
                .contains("C1 CompilerThre=5", "the-low-one=10", "java=0")
                .noneMatch(line -> line.contains("warning"));
    }

    @Test
    void otherSystemsAndPartsHaveNoPriorities() throws Exception {
        assertThat(Installation.priorities("Mac OS X")).isEmpty();
        assertThat(Installation.priorities("Windows 11")).isEmpty();
        assertThat(command(Part.AGGREGATOR)).noneMatch(flag -> flag.contains("Priority"));
    }
}
