import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Secret } from './secret.entity.js';
import { SecretsController } from './secrets.controller.js';
import { SealingKey } from './sealing-key.entity.js';
import { SealingKeys } from './sealing-keys.js';
import { SecretsService } from './secrets.service.js';
import { Vault } from './vault.js';

@Module({
  imports: [TypeOrmModule.forFeature([Secret, SealingKey])],
  controllers: [SecretsController],
  providers: [SecretsService, SealingKeys, Vault],
  exports: [SecretsService, Vault],
})
export class SecretsModule {}
