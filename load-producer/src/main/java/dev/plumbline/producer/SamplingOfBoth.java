package dev.plumbline.producer;

import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.event.NearestSample;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.Surroundings.NearestSamples;
import dev.plumbline.producer.emission.LoadSurroundings;
import java.util.SortedMap;

/**
 * What is seen around a load that has two targets: of each its own engine. The GPUs that are looked at are those of the target; what
 * is seen of them is seen of a canary on the same machine, too, and says nothing of one on another.
 *
 * @param variant of the canary's series
 */
record SamplingOfBoth(Sampling target, Sampling canary, String variant, boolean isOnSameMachine)
        implements LoadSurroundings {

    private static final NearestSample ELSEWHERE = new NearestSample.Absent("the canary is on another machine");

    @Override
    public RequestEvent sampled(RequestEvent event) {
        if (!event.series().variant().equals(variant)) {
            return target.sampled(event);
        }
        return event.sampled(
                isOnSameMachine ? target.gpuAround(event) : new NearestSamples(ELSEWHERE, ELSEWHERE),
                canary.engineAround(event));
    }

    @Override
    public SortedMap<Long, Circumstances> drain(String ofVariant) {
        return (ofVariant.equals(variant) ? canary : target).drain(ofVariant);
    }
}
