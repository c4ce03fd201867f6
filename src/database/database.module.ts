import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { DataSourceOptions } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { dataSourceOptions, ServiceDataSource } from './data-source.js';
import { StorageProbe } from './storage-probe.js';
import { UnitOfWork } from './unit-of-work.js';

@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [AppConfig],
      // A database that cannot be opened is for the operator to mend, not to be waited for.
      useFactory: (config: AppConfig) => ({
        ...dataSourceOptions(config),
        autoLoadEntities: true,
        retryAttempts: 0,
      }),
      dataSourceFactory: (options) => Promise.resolve(new ServiceDataSource(options as DataSourceOptions)),
    }),
  ],
  providers: [UnitOfWork, StorageProbe],
  exports: [UnitOfWork, StorageProbe],
})
export class DatabaseModule {}
