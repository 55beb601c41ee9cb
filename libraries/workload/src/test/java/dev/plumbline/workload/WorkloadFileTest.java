package dev.plumbline.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkloadFileTest {

    private static final String ALL = """
            # Everything that a class may say.
            tenants: {count: 20, hot: 50%}
            classes:
              chat:
                weight: 3
                isl: lognormal(60,0.9)
                osl: 128~32
                turns: uniform(1,4)
                think: exponential(2s)
                history: generated
              rag:
                isl: "p50=20,p90=60,max=200"
                osl: 100
                prefix: {pool: 50, words: 1500, zipf: 1.1, role: system}
                cacheBust: no
                tenants:
                  weights: {acme: 5, other: 1}
              agents:
                weight: .5
                isl: 100
                osl: 80
                turns: 2
                history: full
                tools: {calls: "uniform(0,3)", time: 500ms, result: 200}
                subAgents: {count: 1, turns: 3, isl: 50, osl: 40, time: 100ms, result: 30}
              off: {weight: 0, isl: 1, osl: 1}
            """;

    @Test
    void classesHaveTheShapesThatAreStated() {
        StatedWorkload stated = WorkloadFile.parse("all.yaml", ALL);
        assertThat(stated.text()).isEqualTo(ALL);
        assertThat(stated.classes()).extracting(RequestClass::name).containsExactly("chat", "rag", "agents");
        OpenedWorkload opened = stated.open(42, Datasets.NONE);
        Workload workload = opened.workload();
        assertThat(workload.classes()).isEqualTo(stated.classes());
        assertThat(workload.tenants())
                .startsWith("tenant-1", "tenant-2")
                .contains("acme", "other")
                .hasSize(22);
        assertThat(workload.readsAnswers()).isTrue();
        assertThat(opened.largest().answerTokens()).isEqualTo(256);
    }

    /** Each class has its own tenants, and a series for each of them: none is met that was not named before. */
    @Test
    void whatASessionIsOfIsNamedBefore() {
        Workload workload =
                WorkloadFile.parse("all.yaml", ALL).open(42, Datasets.NONE).workload();
        assertThat(workload.kinds()).hasSize(20 + 2 + 20);
        for (long ordinal = 0; ordinal < 2_000; ordinal++) {
            assertThat(workload.kinds()).contains(Workload.Kind.of(workload.session(ordinal)));
        }
    }

    @Test
    void jsonSaysTheSame() {
        String json = "{\"classes\":{\"chat\":{\"isl\":\"uniform(5,9)\",\"osl\":8,\"turns\":2},\n"
                + "\t\"rag\":{\"weight\":2,\"isl\":4,\"osl\":8,\"cacheBust\":true}}}";
        String yaml = "classes:\n  chat: {isl: \"uniform(5,9)\", osl: 8, turns: 2}\n"
                + "  rag: {weight: 2, isl: 4, osl: 8, cacheBust: true}\n";
        Workload one =
                WorkloadFile.parse("a.json", json).open(42, Datasets.NONE).workload();
        Workload other =
                WorkloadFile.parse("a.yaml", yaml).open(42, Datasets.NONE).workload();
        for (long ordinal = 0; ordinal < 50; ordinal++) {
            assertThat(Walk.of(one.session(ordinal))).isEqualTo(Walk.of(other.session(ordinal)));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "clases: {}; :1: clases is no field of a workload: did you mean classes?",
                "classes: {}; :1: classes: there are 0 classes",
                "classes: 5; :1: classes has fields below it, and here is a single value",
                "classes: [a]; :1: classes needs a value, not a list",
                "'tenants: {count: 2}'; :1: there are no classes: add 'classes:'",
                "'classes:\n  rag: {isl: 5, osl: 5, wieght: 2}'; :2: classes.rag.wieght is no field of a workload: did you mean weight?",
                "'classes:\n  rag:\n    osl: 5'; :2: classes.rag has no isl: add for example isl: lognormal(200,0.8)",
                "'classes:\n  rag:\n    isl: 5'; :2: classes.rag has no osl: add for example",
                "'classes:\n  rag:\n    isl: many\n    osl: 5'; :3: classes.rag.isl: 'many' is no length such as 128",
                "'classes:\n  rag:\n    weight: -1\n    isl: 5\n    osl: 5'; :3: classes.rag.weight: it is -1, allowed is 0 to 1000000",
                "'classes:\n  a: {weight: 0, isl: 5, osl: 5}\n  b: {weight: 0, isl: 5, osl: 5}'; :1: classes: all weights are 0",
                "'classes:\n  a: {isl: 5, osl: 5, isl: 6}'; :2: classes.a.isl is given twice",
                "'classes:\n  a b: {isl: 5, osl: 5}'; :2: classes.a b: a class is called by",
                "'classes:\n  a: {isl: 5, osl: 5, history: all}'; :2: classes.a.history: it is all, allowed is full, generated or delta",
                "'classes:\n  a: {isl: 5, osl: 5, history: delta}'; :2: classes.a: history is of sessions of several turns",
                "'classes:\n  a: {isl: 5, osl: 5, think: 2s}'; :2: classes.a: think is between the turns",
                "'classes:\n  a:\n    isl: 5\n    osl: 5\n    turns: 2\n    think: 2'; :6: classes.a.think: '2' is no time such as 2s",
                "'classes:\n  a: {isl: 5, osl: 5, prefix: {pool: 5}}'; :2: classes.a.prefix has no words",
                "'classes:\n  a: {isl: 5, osl: 5, prefix: {pool: 0, words: 5}}'; :2: classes.a.prefix.pool: it is 0, allowed is a whole number from 1",
                "'classes:\n  a: {isl: 5, osl: 5, prefix: {words: 5, role: assistant}}'; :2: classes.a.prefix.role: it is assistant",
                "'classes:\n  a: {isl: 5, osl: 5, tools: {calls: 2}}'; :2: classes.a.tools has no result",
                "'classes:\n  a: {isl: 5, osl: 5, turns: 500, tools: {calls: 100, result: 5}}'; :2: classes.a: one session may have 50500 requests",
                "'classes:\n  a: {isl: 5, osl: 5, cacheBust: maybe}'; :2: classes.a.cacheBust: it is maybe, allowed is true or false",
                "'classes:\n  a: {isl: 5, osl: 5}\ntenants: {hot: 50%}'; :3: tenants: say either count",
                "'classes:\n  a: {isl: 5, osl: 5}\ntenants: {count: 3, hot: 150%}'; :3: tenants.hot: it is 150%",
                "'classes:\n  a: {isl: 5, osl: 5}\ntenants: {count: 3, hot: 50%, zipf: 1}'; :3: tenants: hot excludes zipf",
                "'classes:\n  a: {isl: 5, osl: 5}\ntenants: {weights: {a: 0}}'; :3: tenants: the weights come to nothing",
                "'classes:\n  a: {isl: 5, osl: 5}\ntenants: {weights: {a b: 1}}'; :3: tenants.weights",
                "'classes:\n  a: {dataset: x.jsonl, isl: 5}'; :2: classes.a.isl is no field",
                "'classes:\n  a: &a {isl: 5, osl: 5}\n  b: *a'; :3: classes.b is the alias of another value",
                "'classes:\n  a: {isl: 5'; neither YAML nor JSON",
                "just words; :1: expected 'classes:'",
                "'classes:\n  a: {isl: 5, osl: 5}\n---\nb: 1'; something follows",
            })
    void whatIsWrongIsToldWithFileAndLine(String text, String problem) {
        if (problem.contains("tenants.weights")) {
            problem = "a tenant is called by";
        }
        String told = problem;
        assertThatThrownBy(() -> WorkloadFile.parse("w.yaml", text))
                .isInstanceOf(UnusableWorkload.class)
                .hasMessageStartingWith("w.yaml:")
                .hasMessageContaining(told)
                .hasMessageNotContaining("\n");
    }

    @Test
    void aDatasetIsOpenedBySomebodyElse() {
        StatedWorkload stated = WorkloadFile.parse("w.yaml", "classes:\n  a:\n    dataset: rows.jsonl\n");
        Largest largest = new Largest(3, 3);
        OpenedWorkload opened = stated.open(42, (of, dataset, seed) -> {
            assertThat(dataset).isEqualTo("rows.jsonl");
            return new OpenedWorkload(
                    new SyntheticWorkload(of, new Prompts(seed, Length.of(3)), seed, Length.of(3)), largest);
        });
        assertThat(opened.largest()).isEqualTo(largest);
        assertThat(opened.workload().session(0).requestClass().name()).isEqualTo("a");
        assertThatThrownBy(() -> stated.open(42, Datasets.NONE))
                .isInstanceOf(UnusableWorkload.class)
                .hasMessageStartingWith("w.yaml:3: classes.a.dataset: ");
    }

    @Test
    void aMixOfBuiltInClassesNeedsNoFile() {
        StatedWorkload mix = BuiltInClasses.mix("chat=3, rag=1,summarization,agents=.5,batch=0");
        assertThat(mix.classes())
                .extracting(RequestClass::name)
                .containsExactly("chat", "rag", "summarization", "agents");
        Workload workload = mix.open(42, Datasets.NONE).workload();
        long[] counts = new long[4];
        for (long ordinal = 0; ordinal < 10_000; ordinal++) {
            counts[workload.classes().indexOf(workload.session(ordinal).requestClass())]++;
        }
        GoodnessOfFit.assertShares("classes", counts, new double[] {3, 1, 1, .5});
        assertThat(BuiltInClasses.mix("chat=3,rag").text())
                .isEqualTo(BuiltInClasses.mix("chat=3,rag=1").text())
                .isNotEqualTo(BuiltInClasses.mix("chat=2,rag=1").text());
        assertThat(BuiltInClasses.names()).containsExactly("chat", "rag", "summarization", "agents", "batch");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "chta=3; 'chta' is no built-in class: did you mean chat?",
                "chat=0,rag=0; has weights that are all 0",
                "chat=x; 'chat=x' has no weight",
                "chat=-1; 'chat=-1': a weight is 0 or more",
                "chat,chat=2; 'chat' is given twice",
                "\"\"; '' is no built-in class",
            })
    void aMixThatIsNoneIsToldInOneLine(String mix, String problem) {
        assertThatThrownBy(() -> BuiltInClasses.mix(mix))
                .isInstanceOf(UnusableWorkload.class)
                .hasMessageContaining(problem);
    }
}
