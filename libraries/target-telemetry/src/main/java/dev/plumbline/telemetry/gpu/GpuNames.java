package dev.plumbline.telemetry.gpu;

import dev.plumbline.contract.telemetry.GpuIdentity;
import dev.plumbline.contract.telemetry.Observation;
import java.util.Optional;

/** Names that strangers give, made fit for the contract. */
final class GpuNames {

    private GpuNames() {}

    static GpuIdentity identity(String index, Optional<String> uuid, Optional<String> name) {
        return new GpuIdentity(
                bounded(index).orElse("?"), uuid.flatMap(GpuNames::bounded), name.flatMap(GpuNames::bounded));
    }

    private static Optional<String> bounded(String text) {
        String stripped = text.strip();
        if (stripped.isEmpty() || stripped.equals("N/A") || stripped.equals("[N/A]")) {
            return Optional.empty();
        }
        return Optional.of(
                stripped.length() <= Observation.MAX_NAME_LENGTH
                        ? stripped
                        : stripped.substring(0, Observation.MAX_NAME_LENGTH));
    }
}
