package dev.plumbline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.plumbline.broker.EmbeddedBroker;
import dev.plumbline.cli.history.RunFile;
import dev.plumbline.cli.kafka.KafkaTopic;
import dev.plumbline.contract.control.Acknowledgement;
import dev.plumbline.contract.control.BaselineReset;
import dev.plumbline.contract.control.Control;
import dev.plumbline.contract.control.Mute;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.BaselineRecord.Kind;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.contract.wire.Topics;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.run.JudgementSettings;
import dev.plumbline.judgement.run.RunJudge;
import dev.plumbline.judgement.run.SimulatedRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What people decide about baselines and alerts, against a real broker: first without its topics, then with them. */
class DecisionsIT {

    private static final List<Logger> SILENT = List.of(Logger.getLogger("org.apache.kafka"), Logger.getLogger("kafka"));

    @TempDir
    private Path folder;

    private String kafka = "";
    private String out = "";
    private String err = "";

    private int plumb(String... arguments) {
        StringWriter standard = new StringWriter();
        StringWriter error = new StringWriter();
        CommandLine line = PlumblineMain.commandLine();
        line.setOut(new PrintWriter(standard));
        line.setErr(new PrintWriter(error));
        int code = line.execute(
                Stream.concat(Stream.of(arguments), Stream.of("--kafka", kafka)).toArray(String[]::new));
        out = standard.toString();
        err = error.toString();
        return code;
    }

    private void done(String... arguments) {
        int code = plumb(arguments);
        assertThat(code).as(err).isZero();
    }

    private String put(long seed, int windows, long start) throws IOException {
        SimulatedRun simulated = new SimulatedRun(seed);
        simulated.windows(windows);
        simulated.startEpochMillis += start;
        RunResult run = simulated.run();
        Path to = Files.createDirectories(
                folder.resolve("runs").resolve(run.identity().runId()));
        RunFile.write(
                to.resolve(RunFile.NAME), run, RunJudge.judge(run, List.of(), List.of(), JudgementSettings.defaults()));
        return run.identity().runId();
    }

    private void create(String... topics) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
            admin.createTopics(Stream.of(topics)
                            .map(name -> new NewTopic(name, 2, (short) 1))
                            .toList())
                    .all()
                    .get(60, TimeUnit.SECONDS);
        }
    }

    private KafkaTopic topic(String name) {
        return new KafkaTopic(Map.of("bootstrap.servers", kafka), name, Duration.ofSeconds(10));
    }

    private List<BaselineRecord> baselines() throws InterruptedException {
        return topic(Topics.BASELINES).newest().values().stream()
                .map(bytes -> ((Decoded.Value<BaselineRecord>) Codec.BASELINES.decode(bytes)).value())
                .toList();
    }

    private List<Control> controls() throws InterruptedException {
        return topic(Topics.CONTROLS).newest().values().stream()
                .map(bytes -> ((Decoded.Value<Control>) Codec.CONTROLS.decode(bytes)).value())
                .toList();
    }

    @Test
    void decidesAndSaysWhatIsMissing() throws Exception {
        SILENT.forEach(logger -> logger.setLevel(Level.OFF));
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"), 0)) {
            kafka = broker.bootstrapServers();
            assertThat(plumb("baseline", "list")).isEqualTo(4);
            assertThat(err.lines()).singleElement().asString().contains(Topics.BASELINES, "--create");
            create(Topics.BASELINES, Topics.CONTROLS, Topics.ALERTS);
            baselinesOfDetectors();
            acknowledgesAndMutes();
        }
    }

    private void baselinesOfDetectors() throws Exception {
        String runs = folder.resolve("runs").toString();
        String run = put(1, 62, 0);
        String next = put(2, 62, 3_600_000);
        String brief = put(3, 12, 7_200_000);
        done("baseline", "list");
        assertThat(out).contains("no baseline in " + Topics.BASELINES);
        String[] pin = {"baseline", "pin", run, "--reason", "release 1.4", "--artifact-dir", runs};
        assertThat(plumb(pin)).isEqualTo(2);
        assertThat(err.lines()).singleElement().asString().contains("--window 10s");
        create("plumbline.windows.10s.v1");
        assertThat(plumb("baseline", "pin", run, "--artifact-dir", runs)).isEqualTo(2);
        assertThat(err).contains("--reason 'TEXT'");
        assertThat(plumb("baseline", "pin", brief, "--reason", "x", "--artifact-dir", runs))
                .isEqualTo(2);
        assertThat(err).contains("has 10 whole windows of 10 s, 20 are needed");

        done(pin);
        BaselineRecord pinned = baselines().getFirst();
        assertThat(out).contains("svc/m/chat/c8 is held against " + pinned.baselineId(), "60 windows");
        assertThat(pinned.kind()).isEqualTo(Kind.PINNED);
        assertThat(pinned.provenance().orElseThrow().sources().getFirst().runId())
                .isEqualTo(run);
        assertThat(pinned.decision().orElseThrow().why()).isEqualTo("release 1.4");
        assertThat(pinned.decision().orElseThrow().who()).isEqualTo(System.getProperty("user.name"));

        done("baseline", "promote", next, "--reason", "nightly", "--until", "7d", "--artifact-dir", runs);
        BaselineRecord green = baselines().stream()
                .filter(one -> one.kind() == Kind.LAST_GREEN)
                .findFirst()
                .orElseThrow();
        assertThat(green.provenance().orElseThrow().sources()).hasSize(2);
        assertThat(green.decision().orElseThrow().untilEpochMillis()).isPresent();
        done("baseline", "list");
        assertThat(out).contains(pinned.baselineId(), green.baselineId(), "release 1.4", "nightly", " until ");
        done("baseline", "show", "pinned-");
        assertThat(out).contains("decided     ", "release 1.4", "p50(ttft)");

        Path file = folder.resolve("exported.json");
        done("baseline", "export", pinned.baselineId(), file.toString());
        assertThat(plumb("baseline", "export", pinned.baselineId(), file.toString()))
                .isEqualTo(2);
        Path schema = Path.of(System.getProperty("plumbline.home"), "docs/schemas/baseline.schema.json");
        assertThat(JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                        .getSchema(Files.readString(schema))
                        .validate(new ObjectMapper().readTree(file.toFile())))
                .isEmpty();
        assertThat(plumb("baseline", "pin", "--remove", "learned-1", "--artifact-dir", runs))
                .isEqualTo(2);
        assertThat(err).contains("there is no baseline 'learned-1'", pinned.baselineId());
        done("baseline", "pin", "--remove", pinned.baselineId(), "--artifact-dir", runs);
        assertThat(baselines()).extracting(BaselineRecord::kind).containsExactly(Kind.LAST_GREEN);
        done("baseline", "import", file.toString(), "--reason", "from the old cluster");
        BaselineRecord taken = baselines().stream()
                .filter(one -> one.kind() == Kind.PINNED)
                .findFirst()
                .orElseThrow();
        assertThat(taken.provenance().orElseThrow().supersedes()).contains(pinned.baselineId());
        assertThat(taken.calibrations()).isEqualTo(pinned.calibrations());

        done("baseline", "reset", "chat@stable", "--reason", "new GPUs");
        assertThat(controls()).singleElement().isInstanceOfSatisfying(BaselineReset.class, reset -> {
            assertThat(reset.scope().scenario()).contains("chat");
            assertThat(reset.decision().why()).isEqualTo("new GPUs");
        });
        done("baseline", "reset", "chat@stable", "--reason", "again");
        assertThat(controls()).as("in place of the one before").hasSize(1);
    }

    private void acknowledgesAndMutes() throws Exception {
        Series series = new SimulatedRun(1).series();
        AlertRecord fired = new AlertRecord(
                "0123456789abcdef",
                series,
                AlertRecord.Transition.FIRED,
                20_000,
                10_000,
                new AlertRecord.Reasons("learned-1", List.of(), List.of(), OptionalLong.empty()),
                "chat@stable: slow");
        assertThat(plumb("ack", "chat@stable", "--reason", "INC-7")).isEqualTo(2);
        assertThat(err.lines()).singleElement().asString().contains("is open; none is; plumb mute");
        topic(Topics.ALERTS).write(series.lane(), Optional.of(Codec.ALERTS.encode(fired)));
        assertThat(plumb("ack", "rag@stable", "--reason", "INC-7")).isEqualTo(2);
        assertThat(err).contains("open are 0123456789abcdef of chat@stable");
        done("ack", "chat@stable", "--reason", "INC-7", "--until", "2h");
        assertThat(out).contains("acknowledged 0123456789abcdef of chat@stable", "INC-7");
        assertThat(controls())
                .anyMatch(control -> control instanceof Acknowledgement acknowledged
                        && acknowledged.alertId().equals("0123456789abcdef")
                        && acknowledged.decision().untilEpochMillis().isPresent());
        done("ack", "0123456789abcdef", "--remove");
        assertThat(controls()).noneMatch(Acknowledgement.class::isInstance);

        done("mute", "--target", "svc", "--reason", "racks", "--until", "4h");
        assertThat(controls())
                .anyMatch(
                        control -> control instanceof Mute mute && mute.scope().covers(series));
        done("mute", series.lane(), "--reason", "racks", "--until", "4h");
        assertThat(controls()).filteredOn(Mute.class::isInstance).hasSize(2);
        done("mute", series.lane(), "--remove");
        assertThat(controls()).filteredOn(Mute.class::isInstance).hasSize(1);
    }
}
