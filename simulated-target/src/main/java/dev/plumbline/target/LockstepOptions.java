package dev.plumbline.target;

import dev.plumbline.target.lockstep.KvSettings;
import dev.plumbline.target.lockstep.LockstepSettings;
import dev.plumbline.target.lockstep.MemorySettings;
import dev.plumbline.target.lockstep.StepCost;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** The flags of an engine that works in steps. {@code --step-ms} asks for one; without it the others are refused. */
final class LockstepOptions {

    private static final String FIRST = "--step-ms";
    private static final LockstepSettings DEFAULT = LockstepSettings.DEFAULT;
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15}(?:\\.\\d{1,6})?)([KMGT]?)");

    /** Flags that say how long a stream of its own timing takes, or how many there are. */
    private static final List<String> NOT_WITH_STEPS = List.of(
            "--slots", "--prefill-ms", "--prefill-us-per-token", "--decode-ms", "--cold-requests", "--cold-factor");

    private static final List<String> ONLY_WITH_STEPS = List.of(
            "--step-ms-per-sequence",
            "--step-us-per-prefill-token",
            "--max-running",
            "--prefill-tokens-per-step",
            "--kv-blocks",
            "--kv-block-tokens",
            "--no-prefix-cache",
            "--gpu-memory",
            "--weights",
            "--kv-bytes-per-token",
            "--memory-chunk",
            "--memory-kept",
            "--leak-bytes-per-request",
            "--out-of-memory",
            "--nvidia-smi");

    /** What happens when the memory runs out. */
    enum OutOfMemory {
        FAIL,
        DIE
    }

    @Option(
            names = FIRST,
            showDefaultValue = Visibility.NEVER,
            paramLabel = "MS",
            description =
                    "work in steps as vLLM does, each of MS + per sequence + per prompt token; instead of --slots,"
                            + " --prefill-… and --decode-ms")
    private Optional<Double> stepMillis = Optional.empty();

    @Option(names = "--step-ms-per-sequence", paramLabel = "MS", description = "step time per sequence in it")
    private double stepMillisPerSequence = 0.1;

    @Option(names = "--step-us-per-prefill-token", paramLabel = "US", description = "step time per prompt token in it")
    private double stepMicrosPerPrefillToken = 20;

    @Option(names = "--max-running", paramLabel = "N", description = "sequences that run at one time")
    private int maxRunning = DEFAULT.maxRunning();

    @Option(
            names = "--prefill-tokens-per-step",
            paramLabel = "N",
            description = "tokens that a step works on, prompts and outputs together; a longer prompt takes several")
    private int tokensPerStep = DEFAULT.tokensPerStep();

    @Option(names = "--kv-blocks", paramLabel = "N", description = "blocks of the KV cache")
    private int kvBlocks = DEFAULT.kv().blocks();

    @Option(names = "--kv-block-tokens", paramLabel = "N", description = "tokens in a block")
    private int kvBlockTokens = DEFAULT.kv().blockTokens();

    @Option(names = "--no-prefix-cache", description = "compute every prompt from its beginning")
    private boolean noPrefixCache;

    @Option(names = "--gpu-memory", paramLabel = "SIZE", description = "memory of the GPU, as 80G")
    private String gpuMemory = "80G";

    @Option(names = "--weights", paramLabel = "SIZE", description = "of which the weights take so much")
    private String weights = "16G";

    @Option(names = "--kv-bytes-per-token", paramLabel = "SIZE", description = "memory of a token in a block")
    private String kvBytesPerToken = "128K";

    @Option(names = "--memory-chunk", paramLabel = "SIZE", description = "what the allocator takes at once")
    private String memoryChunk = "64M";

    @Option(names = "--memory-kept", paramLabel = "SHARE", description = "share of a past peak that never goes back")
    private double memoryKept = DEFAULT.memory().keptShare();

    @Option(names = "--leak-bytes-per-request", paramLabel = "SIZE", description = "lost with every request")
    private String leakBytesPerRequest = "0";

    @Option(
            names = "--out-of-memory",
            paramLabel = "fail|die",
            description = "beyond --gpu-memory a request fails, or the engine dies")
    private OutOfMemory outOfMemory = OutOfMemory.FAIL;

    @Option(
            names = "--nvidia-smi",
            showDefaultValue = Visibility.NEVER,
            paramLabel = "FILE",
            description = "write a program there that shows this engine's GPU as nvidia-smi does")
    private Optional<Path> nvidiaSmi = Optional.empty();

    /**
     * What the flags ask for.
     *
     * @param given names of all flags that were given
     * @throws IllegalArgumentException naming a flag that is wrong, or has no meaning beside the others
     */
    Optional<LockstepSettings> settings(List<String> given) {
        if (stepMillis.isEmpty()) {
            refuse(given, ONLY_WITH_STEPS, " needs " + FIRST);
            return Optional.empty();
        }
        refuse(given, NOT_WITH_STEPS, " has no meaning with " + FIRST);
        return Optional.of(new LockstepSettings(
                new StepCost(
                        nanos(FIRST, stepMillis.get(), 1e6),
                        nanos("--step-ms-per-sequence", stepMillisPerSequence, 1e6),
                        nanos("--step-us-per-prefill-token", stepMicrosPerPrefillToken, 1e3)),
                maxRunning,
                tokensPerStep,
                new KvSettings(kvBlocks, kvBlockTokens, !noPrefixCache),
                new MemorySettings(
                        bytes("--gpu-memory", gpuMemory),
                        bytes("--weights", weights),
                        bytes("--kv-bytes-per-token", kvBytesPerToken),
                        bytes("--memory-chunk", memoryChunk),
                        memoryKept,
                        bytes("--leak-bytes-per-request", leakBytesPerRequest),
                        outOfMemory == OutOfMemory.DIE)));
    }

    /** Where to write the program that shows the GPU. */
    Optional<Path> nvidiaSmi() {
        return nvidiaSmi;
    }

    private static void refuse(List<String> given, List<String> names, String why) {
        for (String name : given) {
            if (names.contains(name)) {
                throw new IllegalArgumentException(name + why);
            }
        }
    }

    static long nanos(String flag, double value, double unitNanos) {
        if (!(value >= 0 && value * unitNanos <= Require.HOUR_NANOS)) {
            throw new IllegalArgumentException(flag + " must be 0 to one hour, got " + value);
        }
        return Math.round(value * unitNanos);
    }

    /** A number of bytes, or of K, M, G or T of 1024. */
    static long bytes(String flag, String text) {
        Matcher matcher = SIZE.matcher(text.toUpperCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException(flag + " must be a size like 1024, 64M or 80G, got " + text);
        }
        int power = "KMGT".indexOf(matcher.group(2)) + 1;
        return Math.round(Double.parseDouble(matcher.group(1))
                * Math.pow(1024, matcher.group(2).isEmpty() ? 0 : power));
    }
}
