package dev.plumbline.cli.run;

import dev.plumbline.cli.result.RunResult;
import dev.plumbline.cli.result.RunVerdict;
import java.util.Map;
import java.util.Optional;

/** The topic of runs. */
final class RunTopic {

    private RunTopic() {}

    static Optional<String> publish(Map<String, Object> kafkaClient, RunResult result, RunVerdict verdict) {
        return Optional.empty();
    }
}
