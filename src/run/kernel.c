#include "run/kernel.h"

#include "host/feature.h"

void
kernel_features(struct kernel *k)
{
	k->pidfd_thread = !feature_disabled("pidfd_thread");
	k->sync_wakeup = !feature_disabled("sync_wakeup");
	k->wait_killable = !feature_disabled("wait_killable");
	k->addfd_send = !feature_disabled("addfd_send");
	k->process_vm = !feature_disabled("process_vm");
	k->hold = !feature_disabled("hold");
}
