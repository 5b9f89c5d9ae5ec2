package dev.holdfast.channels.log;

import dev.holdfast.core.bounds.Budget;

/**
 * The shares of a node's budget that belong to its channels. Any thread.
 *
 * @param hintsPerPeer most bytes of {@code hints} for one peer
 */
public record HubMemory(
    Budget budget,
    Budget.Share rings,
    Budget.Share hints,
    long hintsPerPeer,
    Budget.Share held,
    Budget.Share reads,
    Budget.Share pages,
    Budget.Share openings,
    Budget.Share readers) {

  public static HubMemory of(MemoryConfig config, Budget budget) {
    return new HubMemory(
        budget,
        budget.share("rings", Budget.partOfHeap(config.rings(), 8)),
        budget.share("hints", Budget.partOfHeap(config.hints(), 8)),
        config.hintsPerPeer(),
        budget.share("held", Budget.partOfHeap(config.held(), 32)),
        budget.share("reads", Budget.partOfHeap(config.reads(), 16)),
        budget.share("pages", Budget.partOfHeap(config.pages(), 32)),
        budget.share("openings", Budget.partOfHeap(config.openings(), 16)),
        budget.share("readers", Budget.partOfHeap(0, 64)));
  }
}
