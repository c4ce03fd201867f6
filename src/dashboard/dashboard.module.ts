import { Module } from '@nestjs/common';
import { DashboardFiles } from './dashboard-files.js';

/** The web dashboard, at /dashboard. */
@Module({ providers: [DashboardFiles] })
export class DashboardModule {}
