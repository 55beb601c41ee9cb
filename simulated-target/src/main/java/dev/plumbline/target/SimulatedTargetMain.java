package dev.plumbline.target;

import dev.plumbline.process.ChildProcess;
import dev.plumbline.process.ControlAccess;
import dev.plumbline.process.ReadyFile;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The simulated target as a process of its own.
 *
 * <p>It prints one line, {@code READY target http://HOST:PORT}, publishes its {@link ReadyFile} with the port
 * {@code http}, and runs until a signal or the end of its supervisor. Exit status: 2 for wrong usage, 4 when the port or
 * the emit log cannot be had.
 */
@Command(
        name = "simulated-target",
        description = {
            "An inference server (OpenAI, Ollama and Anthropic protocols) with known, seeded timing.",
            "",
            "  ./plumb target --port 8000                             then ./plumb run --url localhost:8000",
            "  ./plumb target --port 8000 --regress decode=1.2@90s    becomes 20 %% slower after 90 s",
            ""
        },
        mixinStandardHelpOptions = true,
        version = "0.1.0-SNAPSHOT",
        showDefaultValues = true,
        sortOptions = false,
        usageHelpWidth = 110)
public final class SimulatedTargetMain implements Callable<Integer> {

    private static final int INFRASTRUCTURE = 4;
    private static final Duration GRACE = Duration.ofSeconds(5);

    /** Vert.x and Netty log through it; a strong reference keeps its level. */
    private static final Logger ROOT_LOGGER = Logger.getLogger("");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--host", paramLabel = "ADDRESS", description = "address to bind")
    private String host = "127.0.0.1";

    @Option(names = "--port", paramLabel = "N", description = "TCP port; 0 takes a free one")
    private int port;

    @Option(names = "--model", paramLabel = "NAME", description = "name of the one model")
    private String model = "simulated";

    @Option(
            names = "--api-key-file",
            paramLabel = "FILE",
            showDefaultValue = Visibility.NEVER,
            description = "ask for the key in the first line of FILE")
    private Optional<Path> apiKeyFile = Optional.empty();

    @Option(
            names = "--control-token-file",
            paramLabel = "FILE",
            showDefaultValue = Visibility.NEVER,
            description =
                    "whoever switches a regression over HTTP must know the first line of FILE; without one that of"
                            + " the environment variable PLUMBLINE_CONTROL_TOKEN; without both, programs on this machine may")
    private Optional<Path> controlTokenFile = Optional.empty();

    @Option(names = "--seed", paramLabel = "N", description = "seed of every draw")
    private long seed = 1;

    @Option(names = "--slots", paramLabel = "N", description = "requests worked on at one time")
    private int slots = CapacitySettings.DEFAULT.slots();

    @Option(names = "--queue-limit", paramLabel = "N", description = "requests that may wait for a slot")
    private int queueLimit = CapacitySettings.DEFAULT.queueLimit();

    @Option(names = "--overload-status", paramLabel = "503|429", description = "answer when the queue is full")
    private int overloadStatus = CapacitySettings.DEFAULT.overloadStatus();

    @Option(names = "--max-model-length", paramLabel = "TOKENS", description = "prompt and output together")
    private int maxModelLength = CapacitySettings.DEFAULT.maxModelLengthTokens();

    @Option(names = "--prefill-ms", paramLabel = "MS", description = "prefill that every prompt costs")
    private double prefillMillis = 60;

    @Option(names = "--prefill-us-per-token", paramLabel = "US", description = "prefill per prompt token")
    private double prefillMicrosPerToken = 20;

    @Option(names = "--decode-ms", paramLabel = "MS", description = "mean interval between output tokens")
    private double decodeMillis = 6;

    @Option(names = "--jitter-sigma", paramLabel = "S", description = "sigma of the lognormal factor on both")
    private double jitterSigma = TimingSettings.DEFAULT.jitterSigma();

    @Option(names = "--cold-requests", paramLabel = "N", description = "first requests, whose prefills take longer")
    private int coldRequests;

    @Option(names = "--cold-factor", paramLabel = "F", description = "how many times as long the first of them takes")
    private double coldFactor = 10;

    @Option(names = "--output-tokens", paramLabel = "MEAN", description = "mean output length in tokens")
    private int outputTokens = OutputSettings.DEFAULT.meanTokens();

    @Option(names = "--output-tokens-sigma", paramLabel = "S", description = "sigma of the lognormal output length")
    private double outputTokensSigma = OutputSettings.DEFAULT.tokensSigma();

    @Option(names = "--tokens-per-chunk", paramLabel = "N", description = "tokens that leave in one chunk")
    private int tokensPerChunk = OutputSettings.DEFAULT.tokensPerChunk();

    @Option(names = "--role-chunk-early", description = "write the role-only chunk before the prefill, not after it")
    private boolean roleChunkEarly;

    @Option(
            names = "--emit-log",
            paramLabel = "FILE",
            showDefaultValue = Visibility.NEVER,
            description = "write true emit times, one JSON line per request")
    private Optional<Path> emitLog = Optional.empty();

    @Option(
            names = "--regress",
            paramLabel = "WHAT@WHEN",
            showDefaultValue = Visibility.NEVER,
            description =
                    "switch a regression some time after the start, repeatable: decode=1.2@90s, prefill=2,slots=4@2m,"
                            + " errors=0.1@30s, none@5m. WHAT: prefill, decode (factors), slots, errors, stream-errors,"
                            + " empty, stalls (shares), stall-ms")
    private List<String> regressions = List.of();

    @Mixin
    private LockstepOptions lockstep = new LockstepOptions();

    private SimulatedTargetMain() {}

    /** Runs the target; see {@code --help} for the flags. */
    public static void main(String[] arguments) {
        ROOT_LOGGER.setLevel(Level.WARNING);
        if (arguments.length > 0 && arguments[0].equals(NvidiaSmiTool.NAME)) {
            System.exit(NvidiaSmiTool.run(List.of(arguments).subList(1, arguments.length), System.out));
        }
        System.exit(new CommandLine(new SimulatedTargetMain())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    @Override
    public Integer call() throws InterruptedException {
        SimulatedTargetSettings settings;
        try {
            settings = settings();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            System.err.println("target: --api-key-file or --control-token-file cannot be read: " + e);
            return CommandLine.ExitCode.USAGE;
        }
        try {
            SimulatedTarget target = SimulatedTarget.start(settings);
            Runtime.getRuntime().addShutdownHook(new Thread(target::close, "target-stop"));
            ChildProcess.endWithSupervisor(() -> System.exit(0), GRACE);
            if (lockstep.nvidiaSmi().isPresent()) {
                NvidiaSmiTool.writeScript(lockstep.nvidiaSmi().get(), target.baseUrl());
            }
            ReadyFile.publishIfAsked("target", Map.of("http", target.port()));
            System.out.println("READY target " + target.baseUrl());
        } catch (BindException e) {
            System.err.println("target: cannot listen on " + host + ":" + port + " (" + e.getMessage()
                    + "); name another --port, or 0 for a free one");
            return INFRASTRUCTURE;
        } catch (FileSystemException e) {
            System.err.println("target: " + e.getFile() + " cannot be written ("
                    + Optional.ofNullable(e.getReason()).orElse(e.getClass().getSimpleName())
                    + "); name another --emit-log or --nvidia-smi");
            return INFRASTRUCTURE;
        } catch (IOException e) {
            System.err.println("target: cannot listen on " + host + ":" + port + ": " + e.getMessage());
            return INFRASTRUCTURE;
        }
        new CountDownLatch(1).await();
        return 0;
    }

    private SimulatedTargetSettings settings() throws IOException {
        Optional<String> apiKey = firstLine(apiKeyFile);
        Optional<String> controlToken =
                firstLine(controlTokenFile).or(() -> Optional.ofNullable(System.getenv("PLUMBLINE_CONTROL_TOKEN")));
        List<String> given = spec.commandLine().getParseResult().matchedOptions().stream()
                .map(option -> option.longestName())
                .toList();
        return new SimulatedTargetSettings(
                new SimulatedTargetSettings.Endpoint(host, port, model, apiKey),
                seed,
                new TimingSettings(
                        LockstepOptions.nanos("--prefill-ms", prefillMillis, 1e6),
                        LockstepOptions.nanos("--prefill-us-per-token", prefillMicrosPerToken, 1e3),
                        LockstepOptions.nanos("--decode-ms", decodeMillis, 1e6),
                        jitterSigma,
                        coldRequests == 0 ? ColdStart.NONE : new ColdStart(coldRequests, coldFactor)),
                new OutputSettings(outputTokens, outputTokensSigma, tokensPerChunk, roleChunkEarly),
                new CapacitySettings(
                        slots, queueLimit, overloadStatus, maxModelLength, CapacitySettings.DEFAULT.maxBodyBytes()),
                emitLog,
                regressions.stream().map(RegressionSchedule::parse).toList(),
                ControlAccess.of(controlToken),
                lockstep.settings(given));
    }

    private static Optional<String> firstLine(Optional<Path> file) throws IOException {
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try (var lines = Files.lines(file.get())) {
            return Optional.of(lines.findFirst().orElse("").strip());
        }
    }
}
