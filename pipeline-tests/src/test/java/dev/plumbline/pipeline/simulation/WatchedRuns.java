package dev.plumbline.pipeline.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.run.FoldedRun;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.AlertRecord.Transition;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.windowing.SimulatedPipe;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Runs against the measured service, one after another, as {@code plumb run} follows them: each reads the topics from their
 * ends when it begins, waits at its end for what is missing, no longer than it does, and is judged by what it heard.
 *
 * <p>Of every run: it fails when an alert fired in it or an incident was open at its end, also when that had begun before;
 * when the service was slow for long enough at its end, and that was judged; and it passes only when enough of its windows
 * were judged, and most of them.
 */
final class WatchedRuns implements SimulatedPipe.Participant {

    /** What a run waits at its end for what is missing. */
    private static final long SETTLE_MILLIS = 13_000;

    /** Windows without an alert that make a run pass. */
    private static final int SILENT_WINDOWS = 30;

    /** The share of the windows that has to be judged. */
    private static final double MOST = 0.8;

    private static final byte[] NO_BYTES = {};

    private final SimulatedPipe pipe;
    private final MeasuredService service;
    private final Detection detection;
    private final Random random;
    private final Happenings happenings;
    private final int partition;
    private Optional<Watched> now = Optional.empty();
    private long nextBegin;
    private int count;

    WatchedRuns(
            SimulatedPipe pipe, MeasuredService service, Detection detection, Random random, Happenings happenings) {
        this.pipe = pipe;
        this.service = service;
        this.detection = detection;
        this.random = random;
        this.happenings = happenings;
        this.partition = SimulatedPipe.partitionOf(service.series().group());
        this.nextBegin = pipe.now() + random.nextInt(60_000);
    }

    @Override
    public void write() {
        // It only watches; the load is the service's own.
    }

    @Override
    public void look() {
        if (now.isEmpty() && pipe.now() >= nextBegin) {
            now = Optional.of(new Watched());
        }
        now.ifPresent(Watched::look);
    }

    @Override
    public void leave() {
        // It waits for what is missing.
    }

    /** Judges the run that is under way by what there is. */
    void finish() {
        now.ifPresent(run -> {
            run.readAll();
            run.judge();
        });
    }

    private final class Watched {
        private final long startEpochMillis = pipe.now();
        private final long endEpochMillis = startEpochMillis + 15_000 + random.nextInt(85_000);
        private final long requestsBefore = service.requests();
        private final FoldedRun folded = new FoldedRun(
                "run-" + count++, MeasuredService.PRODUCER, service.series(), SimulatedPipe.WINDOW, startEpochMillis);
        private final List<AlertRecord> alerts = new ArrayList<>();
        private final Map<Long, VerdictRecord> verdicts = new HashMap<>();
        private Optional<VerdictRecord> lastVerdict = Optional.empty();
        private final long windowsBegin = detection.windowsEnd(partition);
        private int events = service.events().size();
        private long windows = windowsBegin;
        private int verdictsRead = detection.verdicts().size();
        private int alertsRead = detection.alerts().size();
        private long requests;

        void look() {
            if (!pipe.isBrokerAway()) {
                readSome();
            }
            if (pipe.now() <= endEpochMillis) {
                requests = service.requests() - requestsBefore;
                folded.acknowledged(requests);
            } else if (folded.isSettled() || pipe.now() > endEpochMillis + SETTLE_MILLIS) {
                judge();
                now = Optional.empty();
                nextBegin = pipe.now() + random.nextInt(20_000);
            }
        }

        /** Each topic to somewhere: they are read apart from each other. */
        private void readSome() {
            readEvents((int) upTo(events, service.events().size()));
            readWindows(upTo(windows, detection.windowsEnd(partition)));
            readVerdicts((int) upTo(verdictsRead, detection.verdicts().size()));
            readAlerts((int) upTo(alertsRead, detection.alerts().size()));
        }

        void readAll() {
            readEvents(service.events().size());
            readWindows(detection.windowsEnd(partition));
            readVerdicts(detection.verdicts().size());
            readAlerts(detection.alerts().size());
        }

        private long upTo(long from, long end) {
            return random.nextInt(4) == 0 ? from + random.nextInt((int) (end - from) + 1) : end;
        }

        private void readEvents(int to) {
            for (; events < to; events++) {
                Event event = service.events().get(events);
                folded.event(NO_BYTES, event);
            }
        }

        private void readWindows(long to) {
            detection.serviceLog().between(windows, to).forEach(window -> folded.window(NO_BYTES, window));
            windows = to;
        }

        private void readVerdicts(int to) {
            for (; verdictsRead < to; verdictsRead++) {
                VerdictRecord verdict = detection.verdicts().get(verdictsRead);
                folded.verdict(verdict);
                if (verdict.window().series().equals(service.series())
                        && verdict.window().endEpochMillis() > startEpochMillis) {
                    verdicts.put(verdict.source().offset(), verdict);
                    lastVerdict = Optional.of(verdict);
                }
            }
        }

        private void readAlerts(int to) {
            for (; alertsRead < to; alertsRead++) {
                AlertRecord alert = detection.alerts().get(alertsRead);
                folded.alert(NO_BYTES, alert);
                if (alert.series().equals(service.series()) && alert.atEpochMillis() > startEpochMillis) {
                    alerts.add(alert);
                }
            }
        }

        void judge() {
            RunVerdict verdict = folded.judge(pipe.now());
            Decision decision = verdict.decision();
            happenings.count("run " + decision);
            String at = "%s: run of %d s, %s"
                    .formatted(pipe.at(), (endEpochMillis - startEpochMillis) / 1_000, verdict.headline());
            if (decision == Decision.FAILED) {
                return;
            }
            boolean isOpen = lastVerdict
                    .filter(last -> last.snapshot().incident().isPresent())
                    .isPresent();
            boolean fired = alerts.stream().anyMatch(alert -> alert.transition() != Transition.RESOLVED);
            happenings.countIf(isOpen && !fired, "run in which an incident stayed open that began before");
            if (isOpen || fired) {
                assertThat(decision).as("%s; an incident is open or fired", at).isEqualTo(Decision.REGRESSION);
            }
            checkTruth(at, decision);
        }

        private void checkTruth(String at, Decision decision) {
            int judgeable = 0;
            int notJudged = 0;
            int slowInARow = 0;
            for (ServiceLog.Entry entry : detection.serviceLog().from(windowsBegin)) {
                WindowRecord window = entry.window();
                if (entry.offset() >= windows || window.id().endEpochMillis() <= startEpochMillis) {
                    continue;
                }
                Optional<VerdictRecord> verdict = Optional.ofNullable(verdicts.get(entry.offset()));
                boolean isLearning = verdict.filter(said -> said.baselineId().isEmpty()
                                || said.snapshot().continuity().windowsSinceStart() <= Detection.SETTINGS.skipWindows())
                        .isPresent();
                slowInARow = verdict.isPresent() ? entry.slowInARow() : 0;
                if (verdict.isEmpty()
                        || window.coverage() < WindowRecord.MINIMUM_COVERAGE
                        || entry.otherWorkInARow() > Detection.OTHER_WORK_SEEN_WITHIN) {
                    notJudged += isLearning ? 0 : 1;
                } else {
                    judgeable += isLearning ? 0 : 1;
                }
            }
            if (slowInARow >= Detection.FOUND_WITHIN) {
                happenings.count("run at whose end the service was slow");
                assertThat(decision)
                        .as("%s; the service was slow for %d windows that were judged", at, slowInARow)
                        .isEqualTo(Decision.REGRESSION);
            }
            if (decision == Decision.PASS) {
                assertThat(judgeable)
                        .as("%s; windows that could be judged, %d could not", at, notJudged)
                        .isGreaterThanOrEqualTo(SILENT_WINDOWS);
                assertThat((double) judgeable / (judgeable + notJudged))
                        .as("%s; share of the windows that could be judged, of %d", at, judgeable + notJudged)
                        .isGreaterThanOrEqualTo(MOST);
            }
        }
    }
}
