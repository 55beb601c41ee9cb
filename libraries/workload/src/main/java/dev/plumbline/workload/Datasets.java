package dev.plumbline.workload;

/** Opens what a class of a workload file names instead of shapes. */
@FunctionalInterface
public interface Datasets {

    /** Where none can be opened. */
    Datasets NONE = (of, dataset, seed) -> {
        throw new IllegalArgumentException("datasets of a class are not read here: give the class isl and osl");
    };

    /**
     * The workload of a class whose texts come from a dataset.
     *
     * @param dataset as it is written in the file
     * @param seed of the order and whatever else is drawn
     * @throws IllegalArgumentException in one line, if it cannot be used
     */
    OpenedWorkload open(RequestClass of, String dataset, long seed);
}
