package dev.plumbline.aggregator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.windowing.IntakeSnapshot;
import dev.plumbline.windowing.MergeSnapshot;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was stored yesterday is read and written today, byte for byte, however the classes are named now. */
class SnapshotCodecTest {

    private static final String GROUP =
            "{'target':'a','model':'m','scenario':'chat','loadPoint':'c8','tenant':'default'}";
    private static final String SERIES = "{'group':" + GROUP + ",'variant':'stable'}";
    private static final String ID = "{'series':" + SERIES + ",'startEpochMillis':1000011116000,'lengthMillis':1000}";
    private static final String NO_REQUESTS = "{'completed':0,'failed':{},'dropped':0,'cancelled':0,'retried':0}";
    private static final String SUMMARY = "{'requests':" + NO_REQUESTS
            + ",'latencies':{},'tokens':{'prompt':0,'output':0,'reasoning':0,'cached':0,'streamedOutput':9}"
            + ",'offered':3,'inFlightNanos':3000000,'slowest':{}}";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'standing','closedToEpochMillis':999999999000,'announced':'ACTIVE'}",
                "{'type':'producer','producerId':'p0','lastAppendEpochMillis':1000000001085,'forgottenToEpoch':4,"
                        + "'epochs':[{'epoch':5,'sequences':{'highest':8,'forgottenTo':0,'missing':[{'first':1,'last':1}]},"
                        + "'left':[" + GROUP + "]}],"
                        + "'live':[{'group':" + GROUP
                        + ",'untilEpochMillis':7,'heardAppendEpochMillis':1000000001085}]}",
                "{'type':'series','series':" + SERIES + ",'lastWindowEndEpochMillis':1000000001000}",
                "{'type':'contribution','id':" + ID + ",'producerId':'p0','epoch':5,'late':false,'summary':" + SUMMARY
                        + ",'sickness':['CPU_SATURATED']}"
            })
    void keepsTheStoredFormOfAnIntake(String stored) {
        assertRoundTrip(new SnapshotCodec<>(IntakeSnapshot.class), stored);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'standing','closedToEpochMillis':999999999000,'sources':[{'type':'closed',"
                        + "'toEpochMillis':999999999000},{'type':'idle'},{'type':'unheard'}],'highestForgottenRevision':2}",
                "{'type':'open','id':" + ID + ",'summary':" + SUMMARY + ",'excluded':{'requests':" + NO_REQUESTS
                        + ",'offered':0,'reasons':{}}}",
                "{'type':'final','id':" + ID + ",'revision':1}"
            })
    void keepsTheStoredFormOfAMerger(String stored) {
        assertRoundTrip(new SnapshotCodec<>(MergeSnapshot.class), stored);
    }

    private static <S> void assertRoundTrip(SnapshotCodec<S> codec, String stored) {
        String json = stored.replace('\'', '"');

        S snapshot = codec.decode(json.getBytes(StandardCharsets.UTF_8));

        assertThat(new String(codec.encode(snapshot), StandardCharsets.UTF_8)).isEqualTo(json);
    }
}
