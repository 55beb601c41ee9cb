package dev.plumbline.cli.up;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.stack.Detached;
import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.cli.stack.RunningStack;
import dev.plumbline.cli.time.DurationConverter;
import dev.plumbline.probe.http.SideAnswer;
import dev.plumbline.probe.http.SideClient;
import dev.plumbline.probe.http.SideRequest;
import dev.plumbline.reports.Figures;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What goes on in the background of a checkout, and how it is. */
@Command(
        name = "status",
        sortOptions = false,
        description = {
            "What goes on in the background: the stack of 'plumb up', its series, and runs started with --detach.",
            ""
        },
        footer = {
            "",
            "Exit codes:  0 something goes on, and all of it answers   2 wrong usage   4 nothing does, or a part does not answer"
        })
public final class StatusCommand implements Callable<Integer> {

    private static final Duration WITHIN = Duration.ofSeconds(5);
    private static final int MOST_BYTES = 64 << 20;
    private static final int MOST_SERIES = 20;
    private static final String SERVES = "serves";
    private static final JsonMapper JSON = new JsonMapper();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--json", description = "Print it as JSON.")
    private boolean asJson;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Override
    public Integer call() throws InterruptedException, IOException {
        Path home = Installation.ofSystemProperties().home();
        Optional<RunningStack> stack = RunningStack.read(home);
        List<Detached> detached = Detached.running(home);
        ObjectNode status = JSON.createObjectNode();
        boolean answers = true;
        if (stack.isPresent()) {
            ObjectNode told = status.putObject("stack");
            told.put("pid", stack.get().pid());
            stack.get().startedEpochMillis().ifPresent(start -> told.put("startedEpochMillis", start));
            told.put("bootstrapServers", stack.get().bootstrapServers());
            told.put("windowMillis", stack.get().windowMillis());
            told.put(
                    "producerStandsBy",
                    stack.get().standby().map(Path::of).filter(Files::exists).isPresent());
            ObjectNode parts = told.putObject("parts");
            try (SideClient client = SideClient.onThisMachine(WITHIN, MOST_BYTES)) {
                for (var part : stack.get().urls().entrySet()) {
                    String health = health(client, part.getValue());
                    answers &= health.equals(SERVES);
                    parts.putObject(part.getKey()).put("url", part.getValue()).put("health", health);
                }
                series(client, stack.get()).ifPresent(series -> told.set("series", series));
            }
        }
        var processes = status.putArray("detached");
        for (Detached process : detached) {
            if (stack.map(RunningStack::pid).filter(pid -> pid == process.pid()).isPresent()) {
                status.withObject("/stack").put("log", process.log());
                continue;
            }
            processes
                    .addObject()
                    .put("name", process.name())
                    .put("pid", process.pid())
                    .put("startedEpochMillis", process.startedEpochMillis())
                    .put("log", process.log())
                    .put("lastWords", process.lastWords());
        }
        PrintWriter out = spec.commandLine().getOut();
        if (asJson) {
            out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(status));
        } else {
            tell(status, out);
        }
        out.flush();
        return answers && (stack.isPresent() || !detached.isEmpty()) ? ExitCode.PASS : ExitCode.INFRASTRUCTURE;
    }

    private static String health(SideClient client, String url) throws InterruptedException {
        try {
            SideAnswer answer = client.ask(SideRequest.get(URI.create(url + "/health"), WITHIN));
            return answer.status() == 200 ? SERVES : "not ready (HTTP " + answer.status() + ")";
        } catch (IOException e) {
            return "does not answer: " + e.getMessage();
        }
    }

    /** What the detector watches; empty where it does not say. */
    private static Optional<JsonNode> series(SideClient client, RunningStack stack) throws InterruptedException {
        String url = stack.urls().get(Part.DETECTOR.label());
        if (url == null) {
            return Optional.empty();
        }
        try {
            SideAnswer answer = client.ask(SideRequest.get(URI.create(url + "/api/state"), WITHIN));
            if (answer.status() != 200 || answer.cut()) {
                return Optional.empty();
            }
            var series = JSON.createArrayNode();
            for (JsonNode each : JSON.readTree(answer.body()).path("series")) {
                ObjectNode told = series.addObject();
                told.put("series", each.path("key").asText());
                told.put("state", each.path("state").asText());
                told.set("learning", each.path("learning"));
                told.set("requests", each.path("requests").path("total"));
                told.put(
                        "alertSinceEpochMillis",
                        each.path("incident").path("sinceEpochMillis").asLong());
            }
            return Optional.of(series);
        } catch (IOException e) {
            // That it does not answer is told of its health.
            return Optional.empty();
        }
    }

    private static void tell(JsonNode status, PrintWriter out) {
        JsonNode stack = status.path("stack");
        if (stack.isMissingNode()) {
            out.println("  stack       none is up; 'plumb up --detach' starts one");
        } else {
            OptionalLong since = stack.has("startedEpochMillis")
                    ? OptionalLong.of(stack.get("startedEpochMillis").asLong())
                    : OptionalLong.empty();
            out.println("  stack       up" + (since.isPresent() ? " since " + at(since.getAsLong()) : "")
                    + ", process " + stack.get("pid").asLong() + ", windows of "
                    + DurationConverter.format(
                            Duration.ofMillis(stack.get("windowMillis").asLong())));
            out.println("  broker      " + stack.get("bootstrapServers").asText());
            stack.get("parts")
                    .fields()
                    .forEachRemaining(part -> out.println(String.format(
                            "  %-11s %s/metrics  %s",
                            part.getKey(),
                            part.getValue().get("url").asText(),
                            part.getValue().get("health").asText())));
            out.println("  producer    "
                    + (stack.get("producerStandsBy").asBoolean() ? "stands by for the next run" : "none stands by"));
            tellSeries(stack.path("series"), out);
            if (stack.has("log")) {
                out.println("  log         " + stack.get("log").asText());
            }
        }
        for (JsonNode process : status.get("detached")) {
            out.println("  detached    " + process.get("name").asText() + ", process "
                    + process.get("pid").asLong() + ", since "
                    + at(process.get("startedEpochMillis").asLong()));
            out.println("              says: " + process.get("lastWords").asText());
            out.println("              " + process.get("log").asText());
        }
    }

    private static Instant at(long epochMillis) {
        return Instant.ofEpochMilli(epochMillis).truncatedTo(ChronoUnit.SECONDS);
    }

    private static void tellSeries(JsonNode series, PrintWriter out) {
        TreeMap<String, Integer> states = new TreeMap<>();
        series.forEach(each -> states.merge(each.get("state").asText(), 1, Integer::sum));
        if (!states.isEmpty()) {
            out.println("  series      "
                    + states.entrySet().stream()
                            .map(state -> state.getValue() + " " + state.getKey())
                            .collect(Collectors.joining(", ")));
        }
        int told = 0;
        for (JsonNode each : series) {
            if (told++ == MOST_SERIES) {
                out.println(
                        "              and " + (series.size() - MOST_SERIES) + " more, at /api/state of the detector");
                return;
            }
            JsonNode learning = each.path("learning");
            out.println("              " + each.get("series").asText() + "  "
                    + each.get("state").asText()
                    + (learning.has("windows")
                            ? " " + learning.get("windows").asInt() + " of "
                                    + learning.get("needed").asInt() + " windows"
                            : "")
                    + (each.get("alertSinceEpochMillis").asLong() > 0
                            ? "  ALERT since "
                                    + Figures.clock(
                                            each.get("alertSinceEpochMillis").asLong())
                            : ""));
        }
    }
}
