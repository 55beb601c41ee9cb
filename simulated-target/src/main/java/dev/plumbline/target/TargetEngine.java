package dev.plumbline.target;

import dev.plumbline.target.lockstep.LockstepCore;
import java.util.Optional;
import java.util.OptionalLong;

/** What the side of the sockets asks of an engine. Not thread safe: all calls come on one thread. */
interface TargetEngine {

    /**
     * Takes a request on, or refuses it.
     *
     * @param receivedNanos when its body had been read
     * @return to be run when the client goes away; does nothing after the end
     */
    Runnable submit(GenerationRequest request, long receivedNanos, Reply reply);

    /** What is wrong at the moment. */
    Regressions regressions();

    /** Switches what is wrong, for what begins from now on. */
    void setRegressions(Regressions changed);

    OptionalLong lastSwitchNanos();

    OptionalLong lastSwitchEpochMillis();

    /** Requests that may be worked on at one time now. */
    int slots();

    int running();

    int waiting();

    EngineMetrics metrics();

    Lateness lateness();

    SimulatedTargetSettings settings();

    TargetClock clock();

    /** The text exposition of everything that the engine tells. */
    String exposition();

    /** What works in steps; empty where every stream has a timing of its own. */
    default Optional<LockstepCore> core() {
        return Optional.empty();
    }
}
