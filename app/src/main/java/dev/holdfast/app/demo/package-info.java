/**
 * A cluster that is killed for show. {@link dev.holdfast.app.demo.DemoCommand} starts Redis, nodes,
 * clients and a service as processes of their own ({@code Child}) and kills nodes; {@code
 * DemoClientsVerticle} are the clients, each with a {@code Ledger} of what it received, {@code
 * DemoServiceVerticle} publishes; {@code Screen} shows it.
 */
package dev.holdfast.app.demo;
