"""Install OpenBeken: back up, analyse, plan, write firmware and configuration, watch it start."""
