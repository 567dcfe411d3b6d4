/** On an answer that says no, for whoever looks through GitHub's list of deliveries: what was wrong. */
export const FAULT_HEADER = 'x-micropush-fault'
