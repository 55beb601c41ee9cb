package dev.plumbline.producer;

import dev.plumbline.contract.event.Asked;
import dev.plumbline.producer.emission.EventOutlet;
import dev.plumbline.producer.emission.Marker;
import dev.plumbline.producer.phases.FirstWave;
import dev.plumbline.producer.recorder.EndedRequest;
import java.util.OptionalLong;

/**
 * Marks what was sent before anything of the load had ended, on its way into an outlet. Whoever leaves a request there has told the
 * wave of its end before.
 */
record WaveMarks(EventOutlet outlet, FirstWave wave) implements EventOutlet {

    @Override
    public boolean ended(EndedRequest request) {
        OptionalLong sent = request.stamps().sentNanos();
        return outlet.ended(
                sent.isPresent() && wave.holds(sent.getAsLong()) ? request.told(Asked::ofFirstWave) : request);
    }

    @Override
    public boolean mark(Marker marker) {
        return outlet.mark(marker);
    }
}
