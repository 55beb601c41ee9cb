package dev.plumbline.workload.dataset;

/**
 * Where in a file something begins.
 *
 * @param file as its user calls it
 * @param line from 1
 * @param entry which entry of a JSON document it is, from 1; 0 where each line is an entry
 */
record Place(String file, long line, long entry) {

    UnusableDataset unusable(String problem) {
        return new UnusableDataset(this + ": " + problem);
    }

    @Override
    public String toString() {
        return file + ":" + line + (entry == 0 ? "" : ": entry " + entry);
    }
}
