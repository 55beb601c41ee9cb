package dev.plumbline.workload;

import dev.plumbline.protocol.Ask;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The text of a workload file, YAML or JSON: classes of requests with their weights and shapes. Its fields are explained in {@code
 * docs/workloads.md}. Lengths are written as {@link Length} says, times as {@link Pause}.
 */
public final class WorkloadFile {

    static final double LARGEST_WEIGHT = 1e6;

    /** Each class is a series, which is measured and judged on its own. */
    private static final int MOST_CLASSES = 50;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    private static final String[] OF_CLASS = {
        "weight",
        "isl",
        "osl",
        "prefix",
        "turns",
        "think",
        "history",
        "tools",
        "subAgents",
        "cacheBust",
        "tenants",
        "dataset"
    };

    private WorkloadFile() {}

    /**
     * Reads one.
     *
     * @param name of the file, for messages
     * @throws UnusableWorkload naming file and line
     */
    public static StatedWorkload parse(String name, String text) {
        return new StatedWorkload(text, classes(name, text));
    }

    static List<StatedWorkload.StatedClass> classes(String name, String text) {
        StatedFields file = new StatedFields(name, "", Stated.read(name, text)).only("classes", "tenants");
        StatedFields classes = file.below("classes")
                .orElseThrow(() -> new UnusableWorkload(
                        name + ":1: there are no classes: add 'classes:' and below it for example 'chat: {isl: 128,"
                                + " osl: 64}'"));
        Optional<Tenants> tenants = file.below("tenants").map(WorkloadFile::tenants);
        List<StatedWorkload.StatedClass> all = new ArrayList<>();
        for (Map.Entry<String, StatedFields> each : classes.all().entrySet()) {
            all.add(statedClass(each.getKey(), each.getValue().only(OF_CLASS), tenants));
        }
        if (all.isEmpty() || all.size() > MOST_CLASSES) {
            throw classes.wrong("there are " + all.size() + " classes, allowed are 1 to " + MOST_CLASSES);
        }
        if (all.stream().allMatch(each -> each.weight() == 0)) {
            throw classes.wrong("all weights are 0, so nothing would be asked: give one class a weight above 0");
        }
        return all;
    }

    private static StatedWorkload.StatedClass statedClass(String name, StatedFields stated, Optional<Tenants> tenants) {
        if (!NAME.matcher(name).matches()) {
            throw stated.wrong("a class is called by 1 to 63 letters, digits, '.', '_' and '-'");
        }
        RequestClass of = new RequestClass(name);
        double weight = stated.number("weight", 0, LARGEST_WEIGHT).orElse(1.0);
        Optional<String> dataset = stated.read("dataset", String::strip);
        if (dataset.isPresent()) {
            stated.only("weight", "dataset");
            return new StatedWorkload.StatedClass(
                    weight, of, new StatedWorkload.Source.Dataset(dataset.get(), stated.place("dataset")));
        }
        return new StatedWorkload.StatedClass(
                weight, of, new StatedWorkload.Source.Generated(generated(of, stated, tenants)));
    }

    private static GeneratedClass generated(RequestClass of, StatedFields stated, Optional<Tenants> tenants) {
        Length prompts = stated.length("isl").orElseThrow(() -> stated.missing("isl", "lognormal(200,0.8)"));
        Length answers = stated.length("osl").orElseThrow(() -> stated.missing("osl", "128~32"));
        try {
            return new GeneratedClass(
                    of,
                    prompts,
                    answers,
                    stated.below("prefix").map(WorkloadFile::prefixes),
                    dialogue(stated, prompts, answers),
                    stated.flag("cacheBust").orElse(false),
                    stated.below("tenants").map(WorkloadFile::tenants).or(() -> tenants));
        } catch (UnusableWorkload e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw stated.wrong(String.valueOf(e.getMessage()));
        }
    }

    private static PrefixPool prefixes(StatedFields stated) {
        stated.only("pool", "words", "zipf", "role");
        return new PrefixPool(
                stated.count("pool", PrefixPool.MOST).orElse(1),
                stated.length("words").orElseThrow(() -> stated.missing("words", "1000")),
                stated.number("zipf", 0, PrefixPool.STEEPEST).orElse(0.0),
                stated.read("role", WorkloadFile::role).orElse(Ask.Role.USER));
    }

    private static Ask.Role role(String text) {
        return switch (text.strip()) {
            case "user" -> Ask.Role.USER;
            case "system" -> Ask.Role.SYSTEM;
            default -> throw new IllegalArgumentException("it is " + text + ", allowed is user or system");
        };
    }

    private static Dialogue dialogue(StatedFields stated, Length prompts, Length answers) {
        Optional<Dialogue.Tools> tools = stated.below("tools").map(WorkloadFile::tools);
        Dialogue dialogue = new Dialogue(
                stated.length("turns").orElse(Length.of(1)),
                stated.pause("think").orElse(Pause.NONE),
                stated.read("history", WorkloadFile::history).orElse(Dialogue.History.FULL),
                tools,
                stated.below("subAgents").map(each -> subAgents(each, prompts, answers, tools)));
        if (dialogue.turns().most() == 1 && stated.has("think")) {
            throw stated.wrong("think is between the turns of a session, and there is one: add turns, for example 4");
        }
        if (!dialogue.hasFurtherTurns() && stated.has("history")) {
            throw stated.wrong("history is of sessions of several turns: add turns, for example 4");
        }
        return dialogue;
    }

    private static Dialogue.History history(String text) {
        return switch (text.strip()) {
            case "full" -> Dialogue.History.FULL;
            case "generated" -> Dialogue.History.GENERATED;
            case "delta" -> Dialogue.History.DELTA;
            default -> throw new IllegalArgumentException("it is " + text + ", allowed is full, generated or delta");
        };
    }

    private static Dialogue.Tools tools(StatedFields stated) {
        stated.only("calls", "time", "result");
        return new Dialogue.Tools(
                stated.read("calls", Length::parseCount).orElse(Length.of(1)),
                stated.pause("time").orElse(Pause.NONE),
                stated.length("result").orElseThrow(() -> stated.missing("result", "lognormal(200,0.7)")));
    }

    private static Dialogue.SubAgents subAgents(
            StatedFields stated, Length prompts, Length answers, Optional<Dialogue.Tools> tools) {
        stated.only("count", "turns", "isl", "osl", "time", "result");
        return new Dialogue.SubAgents(
                stated.read("count", Length::parseCount).orElse(Length.of(1)),
                stated.length("turns").orElse(Length.of(1)),
                stated.length("isl").orElse(prompts),
                stated.length("osl").orElse(answers),
                stated.pause("time").or(() -> tools.map(Dialogue.Tools::time)).orElse(Pause.NONE),
                stated.length("result")
                        .or(() -> tools.map(Dialogue.Tools::results))
                        .orElse(prompts));
    }

    private static Tenants tenants(StatedFields stated) {
        stated.only("count", "hot", "zipf", "weights");
        if (stated.has("weights") == stated.has("count")) {
            throw stated.wrong("say either count, for example 20, or weights, for example {acme: 5, other: 1}");
        }
        try {
            if (stated.has("weights")) {
                Map<String, Double> weights =
                        stated.below("weights").orElseThrow().weights();
                if (stated.has("hot") || stated.has("zipf")) {
                    throw stated.wrong("hot and zipf are for a count of tenants: weights say it all");
                }
                weights.keySet().forEach(name -> {
                    if (!NAME.matcher(name).matches()) {
                        throw stated.wrong(
                                "'" + name + "': a tenant is called by 1 to 63 letters, digits, '.', '_', '-'");
                    }
                });
                return Tenants.of(weights);
            }
            int count = stated.count("count", Tenants.MOST).orElseThrow();
            if (stated.has("hot") && stated.has("zipf")) {
                throw stated.wrong("hot excludes zipf: give one of them");
            }
            Optional<Double> hot = stated.share("hot");
            if (hot.isPresent() && count == 1) {
                throw stated.wrong("a hot spot is one of several tenants: raise count");
            }
            return hot.map(share -> Tenants.hot(count, share))
                    .orElseGet(() -> Tenants.zipf(
                            count, stated.number("zipf", 0, PrefixPool.STEEPEST).orElse(0.0)));
        } catch (UnusableWorkload e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw stated.wrong(String.valueOf(e.getMessage()));
        }
    }
}
