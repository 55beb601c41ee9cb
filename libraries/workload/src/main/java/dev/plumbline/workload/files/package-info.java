/**
 * Opens what workloads read: traces and datasets, each the same for whoever looks at them before a load and for whoever asks them. The
 * rest of this library is handed bytes and touches no file.
 */
@NullMarked
package dev.plumbline.workload.files;

import org.jspecify.annotations.NullMarked;
