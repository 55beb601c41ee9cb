package dev.plumbline.reports;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.TokenTotals;
import dev.plumbline.judgement.compat.ForeignFigures;
import dev.plumbline.judgement.result.Replayed;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunIdentity;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunTotals;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunVerdict.AlertFinding;
import dev.plumbline.judgement.result.RunVerdict.BudgetFinding;
import dev.plumbline.judgement.result.RunVerdict.ComparisonFinding;
import dev.plumbline.judgement.result.RunVerdict.IncidentFinding;
import dev.plumbline.judgement.result.RunVerdict.SampleRatioFinding;
import dev.plumbline.judgement.result.RunVerdict.ValuesFinding;
import dev.plumbline.judgement.statistics.Ratio;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * {@code summary.json}: what a program wants to know of a run. Its form is {@code summary.schema.json}; what is unknown
 * is absent, never null.
 */
final class SummaryDocument {

    /** Identity of the schema, which changes with a change that breaks readers. */
    static final String SCHEMA_ID = "urn:plumbline:schema:summary:v1";

    /** The same of a verdict on files. */
    static final String JUDGEMENT_SCHEMA_ID = "urn:plumbline:schema:judgement:v1";

    private SummaryDocument() {}

    static byte[] of(RunStory story) {
        RunResult result = story.result();
        ObjectNode root = ArtifactJson.MAPPER.createObjectNode();
        root.put("$schema", SCHEMA_ID);
        root.put("version", 1);
        root.set("run", run(result.identity()));
        root.set("plan", strings(result.plan()));
        ObjectNode environment = root.putObject("environment");
        environment.set("subject", strings(result.environment().subject()));
        environment.set("conditions", strings(result.environment().conditions()));
        root.set("ending", ending(result.ending()));
        root.set("verdict", verdict(story.verdict()));
        numbers(root, story);
        if (!result.series().isEmpty()) {
            ArrayNode all = root.putArray("series");
            story.series().forEach(one -> all.add(series(one)));
        }
        story.foreign().ifPresent(foreign -> root.set("metricCompat", foreign(foreign)));
        List<String> notes = story.notes();
        if (!notes.isEmpty()) {
            notes.forEach(root.putArray("notes")::add);
        }
        SameTime.node(story).ifPresent(node -> root.set("sameTime", node));
        result.totals()
                .heard()
                .flatMap(RunTotals.Heard::replayed)
                .ifPresent(replayed -> root.set("replay", replay(replayed)));
        root.put("detectorWindows", result.detectorWindows());
        ArrayNode alerts = root.putArray("alerts");
        result.alerts().forEach(alert -> alerts.add(alert(alert)));
        if (!result.outages().isEmpty()) {
            ArrayNode outages = root.putArray("outages");
            result.outages().forEach(outage -> outages.add(ArtifactJson.MAPPER.<ObjectNode>valueToTree(outage)));
        }
        contents(root, story.contents());
        return bytes(root);
    }

    /** A verdict on files: {@code judgement.schema.json}. */
    static byte[] of(Judgement judgement) {
        ObjectNode root = ArtifactJson.MAPPER.createObjectNode();
        root.put("$schema", JUDGEMENT_SCHEMA_ID);
        root.put("version", 1);
        judgement.candidate().forEach(root.putArray("candidate")::add);
        judgement.baseline().forEach(root.putArray("baseline")::add);
        root.set("verdict", verdict(judgement.verdict()));
        if (!judgement.verdict().series().isEmpty()) {
            ArrayNode series = root.putArray("series");
            judgement.verdict().series().forEach(one -> {
                ObjectNode node = series.addObject().put("name", one.name());
                node.set("verdict", verdict(one.verdict()));
            });
        }
        judgement.notes().forEach(root.putArray("notes")::add);
        return bytes(root);
    }

    private static byte[] bytes(ObjectNode root) {
        try {
            // By way of a string: half a character from outside becomes a question mark and not bytes that nobody can
            // read.
            return ArtifactJson.MAPPER
                    .writerWithDefaultPrettyPrinter()
                    .writeValueAsString(root)
                    .getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("writing JSON into memory failed", e);
        }
    }

    /** What is told of a run and of each of its series alike. */
    private static void numbers(ObjectNode root, RunStory story) {
        RunResult result = story.result();
        root.set("totals", totals(result));
        root.set("requests", requests(story.figures().requests()));
        root.set("tokens", tokens(story.figures().measured().tokens(), result.totals()));
        ArtifactJson.put(root, "errorShare", story.figures().errorShare());
        story.figures().rates().ifPresent(rates -> root.set("rates", rates(rates, result)));
        ArtifactJson.put(root, "unvouchedCompletedPerSecond", story.figures().unvouchedCompletedPerSecond());
        root.set("metrics", ArtifactJson.metrics(story.figures().judged().latencies()));
        if (!story.figures().isVouched()) {
            root.set("unvouchedMetrics", ArtifactJson.metrics(story.figures().unvouched()));
        }
        root.set("coverage", coverage(story));
    }

    private static ObjectNode series(RunStory.OfSeries one) {
        RunStory story = one.story();
        Series series = story.result().identity().series();
        ObjectNode node = ArtifactJson.MAPPER.createObjectNode();
        node.put("name", one.name());
        node.put("scenario", series.group().scenario());
        node.put("tenant", series.group().tenant());
        node.put("variant", series.variant());
        node.set("verdict", verdict(story.verdict()));
        numbers(node, story);
        node.put("detectorWindows", story.result().detectorWindows());
        return node;
    }

    private static ObjectNode run(RunIdentity identity) {
        ObjectNode node = ArtifactJson.MAPPER.createObjectNode();
        ComparisonGroup group = identity.series().group();
        node.put("runId", identity.runId());
        node.put("target", group.target());
        node.put("model", group.model());
        node.put("scenario", group.scenario());
        node.put("loadPoint", group.loadPoint().key());
        node.put("tenant", group.tenant());
        node.put("variant", identity.series().variant());
        node.put("url", identity.url());
        node.put("startTime", Instant.ofEpochMilli(identity.startEpochMillis()).toString());
        node.put("endTime", Instant.ofEpochMilli(identity.endEpochMillis()).toString());
        node.put("startEpochMillis", identity.startEpochMillis());
        node.put("endEpochMillis", identity.endEpochMillis());
        node.put("durationSeconds", identity.durationSeconds());
        node.put("windowMillis", identity.windowMillis());
        return node;
    }

    private static ObjectNode ending(RunEnding ending) {
        ObjectNode node = ArtifactJson.MAPPER.createObjectNode();
        switch (ending) {
            case RunEnding.Completed completed -> node.put("type", "completed");
            case RunEnding.LimitReached limit ->
                node.put("type", "limit").put("limit", limit.limit()).put("detail", limit.detail());
            case RunEnding.Interrupted interrupted -> node.put("type", "interrupted");
            case RunEnding.Broken broken -> node.put("type", "broken").put("detail", broken.detail());
        }
        return node;
    }

    private static ObjectNode verdict(RunVerdict verdict) {
        ObjectNode node = ArtifactJson.MAPPER.createObjectNode();
        node.put("decision", verdict.decision().name());
        node.put("word", verdict.word().label());
        node.put("headline", verdict.headline());
        verdict.baselineRunId().ifPresent(id -> node.put("baselineRunId", id));
        ArrayNode findings = node.putArray("findings");
        verdict.findings().forEach(finding -> findings.add(finding(finding)));
        ArrayNode differences = node.putArray("differences");
        verdict.differences()
                .forEach(difference -> differences
                        .addObject()
                        .put("key", difference.key())
                        .put("now", difference.now())
                        .put("before", difference.before()));
        return node;
    }

    private static ObjectNode finding(RunVerdict.Finding finding) {
        ObjectNode node = ArtifactJson.MAPPER.createObjectNode();
        switch (finding) {
            case BudgetFinding budget -> {
                node.put("type", "budget").put("answer", budget.answer().name());
                node.put("budget", budget.budget()).put("limit", budget.limit());
                ArtifactJson.put(node, "value", budget.value());
                ArtifactJson.put(node, "low", budget.low());
                ArtifactJson.put(node, "high", budget.high());
                node.put("unit", budget.unit()).put("why", budget.why());
            }
            case ComparisonFinding comparison -> {
                node.put("type", "comparison").put("answer", comparison.answer().name());
                node.put("metric", comparison.metric().name());
                node.put("change", comparison.change().name());
                node.put("unit", FindingView.unitOf(comparison.metric()));
                compared(node, comparison.now(), comparison.before(), comparison.ratio());
                node.put("why", comparison.why());
            }
            case ValuesFinding values -> {
                node.put("type", "values").put("answer", values.answer().name());
                node.put("name", values.name());
                node.put("change", values.change().name());
                node.put("unit", values.unit());
                compared(node, values.now(), values.before(), values.ratio());
                node.put("why", values.why());
            }
            case AlertFinding alert -> {
                node.put("type", "alert").put("answer", alert.answer().name());
                node.put("alertId", alert.alert().alertId()).put("resolved", alert.resolved());
                node.put("why", alert.alert().summary());
            }
            case IncidentFinding incident -> {
                node.put("type", "incident").put("answer", incident.answer().name());
                node.put("alertId", incident.incident().alertId());
                node.put("sinceEpochMillis", incident.incident().sinceEpochMillis());
                node.put("why", incident.name() + " " + incident.why());
            }
            case SampleRatioFinding share -> {
                node.put("type", "sampleRatio").put("answer", share.answer().name());
                node.put("asked", share.asked());
                node.put("canary", share.canary()).put("beside", share.beside());
                node.put("why", share.why());
            }
        }
        return node;
    }

    private static void compared(ObjectNode node, OptionalDouble now, OptionalDouble before, Optional<Ratio> change) {
        ArtifactJson.put(node, "now", now);
        ArtifactJson.put(node, "before", before);
        change.ifPresent(ratio -> node.putObject("ratio")
                .put("value", ratio.value())
                .put("low", ratio.low())
                .put("high", ratio.high()));
    }

    private static ObjectNode totals(RunResult result) {
        RunTotals totals = result.totals();
        ObjectNode node = ArtifactJson.MAPPER.createObjectNode();
        node.put("offered", totals.offered());
        node.put("acknowledgedEvents", totals.acknowledgedEvents());
        node.put("lostEvents", totals.lostEvents());
        node.put("countedEvents", totals.countedEvents());
        totals.goodput()
                .ifPresent(goodput -> node.putObject("goodput")
                        .put("goals", goodput.goals())
                        .put("good", goodput.good())
                        .put("ended", goodput.ended()));
        ArtifactJson.put(node, "cost", totals.cost());
        totals.heard()
                .map(RunTotals.Heard::causes)
                .filter(causes -> !causes.isEmpty())
                .ifPresent(causes -> node.set("failures", failures(causes)));
        return node;
    }

    private static ObjectNode replay(Replayed replayed) {
        ObjectNode node = ArtifactJson.MAPPER.createObjectNode();
        node.put("rows", replayed.rows()).put("sent", replayed.sent()).put("strangers", replayed.strangers());
        node.put("late", replayed.late());
        replayed.lagP50Nanos().ifPresent(nanos -> node.put("lagP50Nanos", nanos));
        replayed.lagP99Nanos().ifPresent(nanos -> node.put("lagP99Nanos", nanos));
        replayed.lagMaxNanos().ifPresent(nanos -> node.put("lagMaxNanos", nanos));
        ArtifactJson.put(node, "promptShare", replayed.promptShare());
        ArtifactJson.put(node, "outputShare", replayed.outputShare());
        ArtifactJson.put(node, "sameOutputShare", replayed.sameOutputShare());
        ArtifactJson.put(node, "structureShare", replayed.structureShare());
        ArtifactJson.put(node, "expectedHitShare", replayed.expectedHitShare());
        ArtifactJson.put(node, "realisedHitShare", replayed.realisedHitShare());
        node.put("valid", replayed.invalid().isEmpty());
        replayed.invalid().ifPresent(why -> node.put("invalid", why));
        return node;
    }

    private static ObjectNode requests(RequestCounts requests) {
        ObjectNode node = ArtifactJson.MAPPER.createObjectNode();
        node.put("completed", requests.completed());
        node.put("failed", requests.failedTotal());
        ObjectNode byKind = node.putObject("failedByKind");
        requests.failed().forEach((kind, count) -> byKind.put(kind.name(), count));
        node.put("dropped", requests.dropped());
        node.put("cancelled", requests.cancelled());
        node.put("retried", requests.retried());
        return node;
    }

    private static ArrayNode failures(List<RunTotals.Cause> causes) {
        ArrayNode failures = ArtifactJson.MAPPER.createArrayNode();
        causes.forEach(cause -> {
            ObjectNode failure =
                    failures.addObject().put("kind", cause.kind().name()).put("count", cause.count());
            cause.words().ifPresent(words -> failure.put("words", words));
        });
        return failures;
    }

    /** A sum of 0 is one that nobody counted. */
    private static ObjectNode tokens(TokenTotals tokens, RunTotals totals) {
        ObjectNode node = ArtifactJson.MAPPER.createObjectNode();
        putCounted(node, "prompt", tokens.prompt());
        putCounted(node, "output", tokens.output());
        putCounted(node, "reasoning", tokens.reasoning());
        putCounted(node, "cached", tokens.cached());
        putCounted(node, "streamedOutput", tokens.streamedOutput());
        totals.counting().ifPresent(counting -> {
            if (!counting.requests().isEmpty()) {
                node.put("outputUnit", counting.unit());
                ObjectNode sources = node.putObject("outputCountedBy");
                counting.requests().forEach((source, requests) -> sources.put(source.name(), requests));
            }
            putCounted(node, "outputUncounted", counting.uncounted());
            counting.refused().ifPresent(reason -> node.put("refused", reason));
        });
        return node;
    }

    private static void putCounted(ObjectNode node, String name, long count) {
        if (count != 0) {
            node.put(name, count);
        }
    }

    private static ObjectNode rates(RunRates rates, RunResult result) {
        ObjectNode node = ArtifactJson.MAPPER.createObjectNode();
        node.put("windows", rates.windows());
        node.put("seconds", rates.seconds());
        node.put("wholeWindows", rates.wholeWindows());
        node.put("offeredPerSecond", rates.offeredPerSecond());
        node.put("completedPerSecond", rates.completedPerSecond());
        if (rates.promptTokensPerSecond() > 0) {
            node.put("promptTokensPerSecond", rates.promptTokensPerSecond());
        }
        ArtifactJson.put(node, "outputTokensPerSecond", rates.countedOutputPerSecond());
        node.put("meanInFlight", rates.meanInFlight());
        double seconds = result.identity().durationSeconds();
        if (seconds > 0) {
            result.totals().goodput().ifPresent(goodput -> node.put("goodPerSecond", goodput.good() / seconds));
        }
        return node;
    }

    /** Names and values as the other tool has them; a figure of several values has its unit among them. */
    private static ObjectNode foreign(ForeignFigures foreign) {
        ObjectNode node = ArtifactJson.MAPPER.createObjectNode();
        node.put("tool", foreign.tool().key());
        ObjectNode figures = node.putObject("figures");
        for (ForeignFigures.Figure figure : foreign.figures()) {
            if (figure.isSingle()) {
                figures.put(figure.name(), figure.values().get(ForeignFigures.Figure.SINGLE));
            } else {
                ObjectNode values = figures.putObject(figure.name());
                if (!figure.unit().isEmpty()) {
                    values.put("unit", figure.unit());
                }
                figure.values().forEach(values::put);
            }
        }
        ArrayNode notes = node.putArray("notes");
        foreign.notes().forEach(notes::add);
        node.set("missing", strings(foreign.missing()));
        return node;
    }

    private static ObjectNode coverage(RunStory story) {
        ObjectNode node = ArtifactJson.MAPPER.createObjectNode();
        ArtifactJson.put(node, "share", story.figures().coverage());
        node.put("windows", story.result().windows().size());
        node.put("lowCoverageWindows", story.figures().lowCoverageWindows());
        node.put("judgedRequests", story.figures().judgedRequests());
        node.put("leftOutRequests", story.figures().leftOutRequests());
        ObjectNode excluded = node.putObject("excluded");
        excluded.put("offered", story.figures().excluded().offered());
        excluded.set("requests", requests(story.figures().excluded().requests()));
        ObjectNode reasons = excluded.putObject("reasons");
        story.figures().excluded().reasons().forEach((producer, why) -> {
            ArrayNode list = reasons.putArray(producer);
            why.forEach(sickness -> list.add(sickness.name()));
        });
        return node;
    }

    private static ObjectNode alert(AlertRecord alert) {
        return ArtifactJson.MAPPER.valueToTree(alert);
    }

    private static void contents(ObjectNode root, FolderContents contents) {
        ArrayNode files = root.putArray("files");
        contents.files()
                .forEach(file -> files.addObject().put("name", file.name()).put("bytes", file.bytes()));
        ArrayNode dropped = root.putArray("dropped");
        contents.dropped()
                .forEach(drop -> dropped.addObject()
                        .put("file", drop.file())
                        .put("lines", drop.lines())
                        .put("bytes", drop.bytes())
                        .put("fromEpochMillis", drop.fromEpochMillis())
                        .put("untilEpochMillis", drop.untilEpochMillis()));
        root.put("unwrittenLines", contents.unwritten());
    }

    private static ObjectNode strings(Map<String, String> map) {
        ObjectNode node = ArtifactJson.MAPPER.createObjectNode();
        map.forEach(node::put);
        return node;
    }
}
