package dev.plumbline.cli.run;

import dev.plumbline.cli.check.TargetOptions;
import dev.plumbline.cli.kafka.KafkaOptions;
import java.nio.file.Path;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;

/** All that may be said of a run, in the order of its help. A command that runs loads mixes it in. */
public final class RunOptions {

    @ArgGroup(validate = false, heading = "%nTarget%n")
    TargetOptions target = new TargetOptions();

    @ArgGroup(validate = false, heading = "%nYour own prompts%n")
    PromptOptions prompts = new PromptOptions();

    @ArgGroup(validate = false, heading = "%nCanary%n")
    CanaryOptions canary = new CanaryOptions();

    @ArgGroup(validate = false, heading = "%nLoad%n")
    LoadOptions load = new LoadOptions();

    @ArgGroup(validate = false, heading = "%nGeneration%n")
    GenerationOptions generation = new GenerationOptions();

    @ArgGroup(validate = false, heading = "%nWorkload%n")
    WorkloadOptions workload = new WorkloadOptions();

    @ArgGroup(validate = false, heading = "%nTrace%n")
    TraceOptions trace = new TraceOptions();

    @ArgGroup(validate = false, heading = "%nLoad over time, and phases%n")
    ShapeOptions shape = new ShapeOptions();

    @ArgGroup(validate = false, heading = "%nMeaning and verdict%n")
    JudgementOptions judgement = new JudgementOptions();

    @ArgGroup(validate = false, heading = "%nLimits%n")
    SpendOptions spend = new SpendOptions();

    @ArgGroup(validate = false, heading = "%nResults%n")
    OutputOptions output = new OutputOptions();

    @ArgGroup(validate = false, heading = "%nLocal stack%n")
    StackOptions stack = new StackOptions();

    @Mixin
    KafkaOptions kafka = new KafkaOptions();

    /** The local stack. */
    public StackOptions stack() {
        return stack;
    }

    /** The cluster to measure with, where one is named. */
    public KafkaOptions kafka() {
        return kafka;
    }

    /** Where each run gets a folder of its own. */
    public Path artifactFolder() {
        return output.artifactDir;
    }

    /** Whether only what a program reads is printed. */
    public boolean isJson() {
        return output.json;
    }

    /** Whether this process is to start another that does the work. */
    public boolean isDetaching() {
        return output.isDetaching();
    }
}
