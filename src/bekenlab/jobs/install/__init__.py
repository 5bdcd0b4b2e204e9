"""Set a device free: back up, understand, plan, write firmware and configuration, see it start."""
