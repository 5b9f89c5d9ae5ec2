/** Who a member is, and how it proves that: the cluster's secret, or certificates. */
@NullMarked
package dev.holdfast.cluster.identity;

import org.jspecify.annotations.NullMarked;
