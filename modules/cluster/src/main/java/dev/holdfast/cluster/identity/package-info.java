/** The identity of members, and its proof: the cluster's secret, or certificates. */
@NullMarked
package dev.holdfast.cluster.identity;

import org.jspecify.annotations.NullMarked;
